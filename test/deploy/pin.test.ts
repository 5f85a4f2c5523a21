import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { digestOf } from "../../deploy/image-digest";
import { pinnableImages } from "../../deploy/pin";
import { settingsSchema } from "../../settings/schema";

const DIGEST = `sha256:${"4c".repeat(32)}`;

async function registry(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse, host: string) => void): Promise<string> {
  const server = createServer((request, response) => answer(request, response, host));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => server.close());
  return host;
}

test("an image without a tag has no digest to ask for", () => assert.rejects(digestOf("quay.io/minio/minio"), /has no tag to resolve/));

test("the digest is what the registry says of the index", async (t) => {
  const host = await registry(t, (request, response) => {
    assert.equal(request.method, "HEAD");
    assert.match(request.headers.accept ?? "", /image\.index/);
    response.writeHead(request.url === "/v2/etl/tap/manifests/1" ? 200 : 404, { "docker-content-digest": DIGEST }).end();
  });
  assert.equal(await digestOf(`${host}/etl/tap:1`), DIGEST);
  await assert.rejects(digestOf(`${host}/etl/tap:2`), /has no image etl\/tap:2/);
});

test("a registry that wants a token gets the one that it gives to anybody", async (t) => {
  const host = await registry(t, (request, response, self) => {
    if (request.url?.startsWith("/token")) return void response.end(JSON.stringify({ token: new URL(request.url, "http://x").searchParams.get("scope") }));
    if (request.headers.authorization !== "Bearer repository:tap:pull") return void response.writeHead(401, { "www-authenticate": `Bearer realm="http://${self}/token",service="r",scope="repository:tap:pull"` }).end();
    response.writeHead(200, { "docker-content-digest": DIGEST }).end();
  });
  assert.equal(await digestOf(`${host}/tap:1`), DIGEST);
});

test("a registry that is away, wants a login or tells no digest is named", async (t) => {
  await assert.rejects(digestOf("127.0.0.1:9/tap:1"), /the registry of 127\.0\.0\.1:9\/tap:1 does not answer/);
  const login = await registry(t, (_, response) => response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end());
  await assert.rejects(digestOf(`${login}/tap:1`), /wants a login/);
  const mute = await registry(t, (_, response) => response.writeHead(500).end());
  await assert.rejects(digestOf(`${mute}/tap:1`), /does not tell the digest of tap:1: it answers 500/);
});

test("every image that a setting names by tag can be pinned by that setting, and none twice", () => {
  const settings = settingsSchema.parse({});
  const pinned = pinnableImages(settings);
  assert.deepEqual(pinned.map(({ setting }) => setting), ["argo.values.controller.image.tag", "argo.values.executor.image.tag", "argo.values.server.image.tag", "objectStore.image", "objectStore.clientImage", "images.baseImage"]);
  assert.equal(pinned[0]?.value(DIGEST), `v4.1.2@${DIGEST}`);
  assert.deepEqual(pinnableImages({ ...settings, argo: { ...settings.argo, install: false }, images: { ...settings.images, baseImage: `python:3.12-slim@${DIGEST}`, ready: { "tap-erp": "ghcr.io/acme/tap-erp:1" } } }).map(({ setting }) => setting), ["objectStore.image", "objectStore.clientImage", 'images.ready["tap-erp"]']);
});
