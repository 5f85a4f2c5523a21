import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageReference, registryAddress } from "../../../src/common/registry/image-reference";
import { digest } from "../../components/images/support";

const texts = {
  "python:3.12-slim": { host: "docker.io", repository: "library/python", tag: "3.12-slim" },
  "docker.io/python:3": { host: "docker.io", repository: "library/python", tag: "3" },
  "acme/tap-x": { host: "docker.io", repository: "acme/tap-x" },
  "quay.io/minio/minio:RELEASE.2025": {
    host: "quay.io",
    repository: "minio/minio",
    tag: "RELEASE.2025",
  },
  "localhost/tap-x:1": { host: "localhost", repository: "tap-x", tag: "1" },
  "localhost:5000/tap-x": { host: "localhost:5000", repository: "tap-x" },
  [`registry.example.com:5443/etl/tap-x:1@${digest("1")}`]: {
    host: "registry.example.com:5443",
    repository: "etl/tap-x",
    tag: "1",
    digest: digest("1"),
  },
  [`acme/tap-x@${digest("1")}`]: {
    host: "docker.io",
    repository: "acme/tap-x",
    digest: digest("1"),
  },
};
for (const [text, expected] of Object.entries(texts))
  test(`image reference: "${text.replace(/@.*/, "@DIGEST")}" is parsed as Docker does`, () =>
    assert.deepEqual(parseImageReference(text), expected));

test("registry address: only registries on this machine are used without TLS", () => {
  for (const host of ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"])
    assert.equal(registryAddress(host), `http://${host}`);
  for (const host of ["quay.io", "localhost.example.com", "registry:5000", "127.0.0.1.example.com"])
    assert.equal(registryAddress(host), `https://${host}`);
});
