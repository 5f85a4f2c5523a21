import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { imagePolicies } from "../../../src/manifests/admission/image-policies";
import { settingsSchema } from "../../../src/settings/schema";

const KEY = "-----BEGIN PUBLIC KEY-----";

function policiesWith(signing: object) {
  const { images, ...settings } = settingsSchema.parse({
    images: { signing: { publicKey: "cosign.pub", ...signing } },
  });
  assert.ok(images.signing);
  return imagePolicies({ ...settings, signing: images.signing }, KEY, "registry.example.com/etl/");
}

describe("image policies", () => {
  test("image policies: images of the registry need a signature of the key and the attestations", () => {
    const policy = policiesWith({ admission: "policy-controller" })["signed-images"];
    assert.deepEqual(policy?.spec, {
      images: [{ glob: "registry.example.com/etl/**" }],
      authorities: [
        {
          name: "tapctl",
          key: { data: KEY, hashAlgorithm: "sha256" },
          attestations: [
            { name: "sbom", predicateType: "https://cyclonedx.org/bom" },
            { name: "provenance", predicateType: "https://slsa.dev/provenance/v1" },
          ],
        },
      ],
    });
    assert.equal(policy?.metadata.name, "pipelines-signed-images");
  });

  test("image policies: bundles and the transparency log are required if they are set", () => {
    const policy = policiesWith({ format: "bundle", transparencyLog: true, attestations: [] });
    assert.deepEqual(policy["signed-images"]?.spec.authorities, [
      {
        name: "tapctl",
        key: { data: KEY, hashAlgorithm: "sha256" },
        signatureFormat: "bundle",
        ctlog: { url: "https://rekor.sigstore.dev" },
      },
    ]);
  });

  test("image policies: Argo's executor and the listed images need no signature", () => {
    const policy = policiesWith({ unsigned: ["ghcr.io/acme/**"] })["unsigned-images"];
    assert.deepEqual(policy?.spec, {
      images: [
        { glob: "quay.io/argoproj/argoexec:**" },
        { glob: "quay.io/argoproj/argoexec@**" },
        { glob: "ghcr.io/acme/**" },
      ],
      authorities: [{ name: "unsigned", static: { action: "pass" } }],
    });
  });
});
