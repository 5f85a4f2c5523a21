import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConnectorImage } from "../../../components/images/connector-image";
import type { ImageSigner } from "../../../components/images/image-signer";
import { connectorImage } from "../../../src/manifests/images/image";
import { only } from "../../support/record";
import { building, context, digest, recordImages, shop, valueOf } from "./support";

const origin = connectorImage(shop({}).connector, context);
assert.ok("build" in origin);
const { build } = origin;
const SIGNED = building({ images: { signing: { key: "image-key", publicKey: "cosign.pub" } } });
const PUSHED = `localhost:5000/tap-shop@${digest("0")}`;

/** Images that a signer got while a program ran, the reference for pods, and what was registered. */
async function declare(signer?: ImageSigner, preview = false) {
  const signed: string[] = [];
  let reference: Promise<string> | undefined;
  let isSecret: Promise<boolean> | undefined;
  const recorded = await recordImages(
    () => {
      const image = new ConnectorImage("tap-shop", {
        ...SIGNED,
        build,
        signer: signer && (async (name, of) => (signed.push(name), await signer(name, of))),
      });
      reference = valueOf(image.reference);
      isSecret = pulumi.isSecret(image.reference);
    },
    { preview, ...(preview && { outputs: () => ({}) }) },
  );
  return { signed, reference, isSecret, recorded };
}

describe("signed image", () => {
  test("signed image: pods get a reference after the pushed digest was signed", async () => {
    let done = false;
    const { signed, reference, isSecret } = await declare(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done = true;
    });
    assert.equal(await reference, `localhost:5000/tap-shop:${build.tag}@${digest("0")}`);
    assert.equal(done, true);
    assert.deepEqual(signed, [PUSHED]);
    assert.equal(await isSecret, false);
  });

  test("signed image: a preview signs nothing", async () => {
    const { signed } = await declare(() => Promise.reject(new Error("signed")), true);
    assert.deepEqual(signed, []);
  });

  test("signed image: policies see that it is signed and what is attested", async () => {
    const [signed, plain] = [await declare(() => Promise.resolve()), await declare()];
    const inputs = ({ recorded }: typeof signed) =>
      only(recorded, "tapctl:index:ConnectorImage").inputs;
    assert.deepEqual(inputs(signed), {
      tag: build.tag,
      signed: true,
      attestations: ["sbom", "provenance"],
    });
    assert.deepEqual(inputs(plain), { tag: build.tag });
  });
});
