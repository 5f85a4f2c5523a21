import assert from "node:assert/strict";
import { test } from "node:test";
import { signatures } from "../../policy/signatures";
import { judge, resource } from "./support";

const image = (props: object) => resource("tapctl:index:ConnectorImage", { tag: "1", ...props });
const REQUIRED = { required: true };

test("images-signed: an unsigned image is rejected in stacks that require signatures", () => {
  const [finding, ...others] = judge(signatures, image({}), REQUIRED);
  assert.match(finding ?? "", /is not signed; set images\.signing\.key/);
  assert.deepEqual(others, []);
  assert.deepEqual(judge(signatures, image({})), []);
});

test("images-signed: an image needs the attestations that are required", () => {
  const signed = image({ signed: true, attestations: ["sbom"] });
  assert.match(
    judge(signatures, signed, REQUIRED).join(),
    /has no attestation "provenance"; add it to images\.signing\.attestations/,
  );
  assert.deepEqual(judge(signatures, signed, { ...REQUIRED, attestations: ["sbom"] }), []);
  const complete = image({ signed: true, attestations: ["sbom", "provenance"] });
  assert.deepEqual(judge(signatures, complete, REQUIRED), []);
});

test("images-signed: other resources pass", () => {
  assert.deepEqual(judge(signatures, resource("docker-build:index:Image", {}), REQUIRED), []);
});
