import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { argoValues } from "../../src/manifests/charts/argo-values";
import { digestOf } from "../../src/common/registry/image-digest";
import { pinnableImages, pinnedSettings } from "../../src/deploy/pin";
import { checkValues } from "../../src/settings/check";
import { settingsSchema } from "../../src/settings/schema";
import { standInRegistry } from "./registry";

const ROOT = join(__dirname, "..", "..");

const DIGEST = `sha256:${"4c".repeat(32)}`;

test("pin: an image without a tag has no digest to look up", () =>
  assert.rejects(digestOf("quay.io/minio/minio"), /has no tag\.\nWrite it as name:tag/));

test("pin: the digest is that of the image index", async (t) => {
  const host = await standInRegistry(t, (request, response) => {
    assert.equal(request.method, "HEAD");
    assert.match(request.headers.accept ?? "", /image\.index/);
    response
      .writeHead(request.url === "/v2/etl/tap/manifests/1" ? 200 : 404, {
        "docker-content-digest": DIGEST,
      })
      .end();
  });
  assert.equal(await digestOf(`${host}/etl/tap:1`), DIGEST);
  await assert.rejects(digestOf(`${host}/etl/tap:2`), /does not have the image etl\/tap:2/);
});

test("pin: an anonymous token is requested if the registry needs one", async (t) => {
  const host = await standInRegistry(t, (request, response, self) => {
    if (request.url?.startsWith("/token"))
      return void response.end(
        JSON.stringify({ token: new URL(request.url, "http://x").searchParams.get("scope") }),
      );
    if (request.headers.authorization !== "Bearer repository:tap:pull")
      return void response
        .writeHead(401, {
          "www-authenticate": `Bearer realm="http://${self}/token",service="r",scope="repository:tap:pull"`,
        })
        .end();
    response.writeHead(200, { "docker-content-digest": DIGEST }).end();
  });
  assert.equal(await digestOf(`${host}/tap:1`), DIGEST);
});

test("pin: a registry that does not answer, requires a login or has no digest is named", async (t) => {
  await assert.rejects(
    digestOf("127.0.0.1:9/tap:1"),
    /the registry of 127\.0\.0\.1:9\/tap:1 does not answer/,
  );
  const login = await standInRegistry(t, (_, response) =>
    response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end(),
  );
  await assert.rejects(digestOf(`${login}/tap:1`), /requires a login/);
  const mute = await standInRegistry(t, (_, response) => response.writeHead(500).end());
  await assert.rejects(
    digestOf(`${mute}/tap:1`),
    /does not return the digest of tap:1: it answers 500/,
  );
});

test("pin: each image whose tag is a setting can be pinned once by that setting", () => {
  const settings = settingsSchema.parse({});
  const names = (of: Parameters<typeof pinnableImages>[0]) =>
    pinnableImages(of).map(({ path }) => path.join("."));
  assert.deepEqual(names(settings), [
    "argo.values.controller.image.tag",
    "argo.values.executor.image.tag",
    "argo.values.server.image.tag",
    "objectStore.image",
    "objectStore.clientImage",
    "images.baseImage",
  ]);
  assert.equal(pinnableImages(settings)[0]?.value(DIGEST), `v4.1.2@${DIGEST}`);
  assert.deepEqual(
    names({
      ...settings,
      argo: { ...settings.argo, install: false },
      images: {
        ...settings.images,
        baseImage: `python:3.12-slim@${DIGEST}`,
        ready: { "tap-erp": "ghcr.io/acme/tap-erp:1" },
      },
    }),
    ["objectStore.image", "objectStore.clientImage", "images.ready.tap-erp"],
  );
});

const stacks: { readonly [name: string]: object } = {
  "the default stack": {},
  "a stack on S3": {
    objectStore: { kind: "s3", bucket: "etl", credentials: "ambient" },
    argo: { server: false },
  },
  "a stack with more values under the same keys": {
    argo: {
      parallelism: 9,
      values: { controller: { image: { repository: "acme/controller" }, replicas: 1 } },
    },
    objectStore: { size: "5Gi" },
    images: { ready: { "tap-erp": "ghcr.io/acme/tap-erp:1" } },
  },
};
for (const [name, given] of Object.entries(stacks)) {
  test(`pin: settings of ${name} are valid, pin every image and keep everything else`, () => {
    const { settings: before } = checkValues({ ...given });
    assert.ok(before);
    const pinned = pinnedSettings(
      { ...given },
      pinnableImages(before).map(({ image, path, value }) => ({
        image,
        path,
        value: value(DIGEST),
      })),
    );
    const { settings: after, problems } = checkValues({ ...given, ...pinned });
    assert.deepEqual(problems, []);
    assert.ok(after);
    assert.deepEqual(
      pinnableImages(after).filter(({ path }) => path[0] !== "argo"),
      [],
    );
    assert.match(
      JSON.stringify(argoValues(after.argo, { workflowNamespace: "pipelines" })),
      new RegExp(`"executor":.*"tag":"v4\\.1\\.2@${DIGEST}"`),
    );
    const other = ({ argo, objectStore }: typeof before): object => ({
      parallelism: argo.parallelism,
      replicas: (argo.values as { readonly controller?: { readonly replicas?: number } }).controller
        ?.replicas,
      kind: objectStore.kind,
      size: objectStore.kind === "minio" && objectStore.size,
    });
    assert.deepEqual(other(after), other(before));
  });
}

test("pin: it prints settings for the stack's file", async (t) => {
  const host = await standInRegistry(t, (_, response) =>
    response.writeHead(200, { "docker-content-digest": DIGEST }).end(),
  );
  const folder = mkdtempSync(join(tmpdir(), "tapctl-pin-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, "pipelines"), join(folder, "pipelines"));
  writeFileSync(
    join(folder, "Pulumi.dev.yaml"),
    stringify({
      config: {
        "tapctl:argo": { install: false },
        "tapctl:objectStore": { image: `${host}/minio:1`, clientImage: `mc@${DIGEST}` },
        "tapctl:images": { baseImage: `python@${DIGEST}` },
      },
    }),
  );
  const pin = async (...args: readonly string[]) =>
    (
      await promisify(execFile)(
        process.execPath,
        [join(ROOT, "dist", "src", "bin", "tapctl.js"), "pin", ...args],
        { cwd: folder },
      )
    ).stdout;
  const printed = await pin();
  assert.match(
    printed,
    /^# digests read from the registries; replace these keys in Pulumi\.dev\.yaml/,
  );
  assert.deepEqual(parse(printed), {
    config: {
      "tapctl:objectStore": {
        kind: "minio",
        image: `${host}/minio:1@${DIGEST}`,
        clientImage: `mc@${DIGEST}`,
      },
    },
  });
  assert.deepEqual(JSON.parse(await pin("--json")), [
    {
      image: `${host}/minio:1`,
      setting: "objectStore.image",
      value: `${host}/minio:1@${DIGEST}`,
      source: host,
    },
  ]);
});
