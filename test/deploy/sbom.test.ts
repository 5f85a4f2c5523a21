import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { dockerLogin } from "../../src/common/registry/docker-login";
import { readImageFile } from "../../src/common/registry/image-file";
import { imageSboms, SBOM_PATH } from "../../src/common/registry/image-sbom";
import { standInRegistry } from "./registry";

const ROOT = join(__dirname, "..", "..");

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sbom-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A layer with files, as `tar` writes it. */
function layer(t: TestContext, files: { readonly [path: string]: string }): Buffer {
  const folder = temporaryFolder(t);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return execFileSync("tar", ["-C", folder, "-c", ...Object.keys(files)]);
}

const digestOf = (content: string | Buffer): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A registry with the image `etl/tap-x:1` of these layers; several lists are its platforms. */
async function registryWith(
  t: TestContext,
  platforms: { readonly [platform: string]: readonly Buffer[] },
  layerSize = (content: Buffer): number => content.length,
): Promise<{ readonly image: string; readonly requests: readonly string[] }> {
  const contents = new Map<string, string | Buffer>();
  const add = (kind: string, content: string | Buffer): string => {
    contents.set(`/v2/etl/tap-x/${kind}/${digestOf(content)}`, content);
    return digestOf(content);
  };
  const manifests = Object.entries(platforms).map(([platform, layers]) => {
    const text = JSON.stringify({
      layers: layers.map((one) => ({ digest: add("blobs", one), size: layerSize(one) })),
    });
    const [os, architecture] = platform.split("/");
    return { digest: add("manifests", text), platform: { os, architecture }, text };
  });
  const [only] = manifests;
  contents.set(
    "/v2/etl/tap-x/manifests/1",
    manifests.length > 1 ? JSON.stringify({ manifests }) : (only?.text ?? ""),
  );
  const requests: string[] = [];
  const host = await standInRegistry(t, ({ url = "" }, response) => {
    requests.push(url);
    const content = contents.get(url);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  return { image: `${host}/etl/tap-x:1`, requests };
}

describe("SBOM of an image", () => {
  test("SBOM of an image: it is read from the last small layer that has it, compressed or not", async (t) => {
    const { image, requests } = await registryWith(t, {
      "linux/amd64": [
        layer(t, { [SBOM_PATH]: "the runner's" }),
        gzipSync(layer(t, { "opt/singer/connector.json": "{}", [SBOM_PATH]: "the connector's" })),
      ],
    });
    assert.deepEqual(await imageSboms(image), [{ text: "the connector's" }]);
    assert.equal(requests.filter((url) => url.includes("/blobs/")).length, 1);
  });

  test("SBOM of an image: an image of several platforms has one for each, and attestations are skipped", async (t) => {
    const { image } = await registryWith(t, {
      "linux/amd64": [layer(t, { [SBOM_PATH]: "amd64" })],
      "linux/arm64": [layer(t, { [SBOM_PATH]: "arm64" })],
      "unknown/unknown": [layer(t, { [SBOM_PATH]: "provenance" })],
    });
    assert.deepEqual(await imageSboms(image), [
      { platform: "linux/amd64", text: "amd64" },
      { platform: "linux/arm64", text: "arm64" },
    ]);
  });

  test("SBOM of an image: large layers are not downloaded", async (t) => {
    const { image, requests } = await registryWith(
      t,
      { "linux/amd64": [layer(t, { [SBOM_PATH]: "x" })] },
      () => 5 << 20,
    );
    assert.deepEqual(await readImageFile(image, SBOM_PATH), []);
    assert.equal(requests.length, 1);
  });

  test("SBOM of an image: the error names an image without one, and one that does not exist", async (t) => {
    const { image } = await registryWith(t, { "linux/amd64": [layer(t, { "etc/passwd": "" })] });
    await assert.rejects(imageSboms(image), {
      message: new RegExp(`the image ${image} has no SBOM in /${SBOM_PATH}`),
    });
    await assert.rejects(imageSboms(image.replace(/1$/, "2")), /does not have the image .*tap-x:2/);
  });
});

test("sbom: it prints the SBOM of one image, and writes those of several to a folder", async (t) => {
  const { image } = await registryWith(t, {
    "linux/amd64": [layer(t, { [SBOM_PATH]: '{"of": "amd64"}\n' })],
    "linux/arm64": [layer(t, { [SBOM_PATH]: '{"of": "arm64"}\n' })],
  });
  const single = await registryWith(t, { "linux/amd64": [layer(t, { [SBOM_PATH]: "{}\n" })] });
  const out = join(temporaryFolder(t), "sboms");
  const sbom = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, ["dist/src/bin/tapctl.js", "sbom", ...args], {
      cwd: ROOT,
    });
  assert.equal((await sbom(single.image)).stdout, "{}\n");
  await assert.rejects(sbom(image), /2 SBOMs were found, but only one can be printed[^]*--out DIR/);
  await sbom(image, "--out", out);
  assert.deepEqual(readdirSync(out).sort(), [
    "tap-x-linux-amd64.cdx.json",
    "tap-x-linux-arm64.cdx.json",
  ]);
  await assert.rejects(
    sbom("tap-none"),
    /no pipeline uses a connector "tap-none"[^]*Choose one of: tap-/,
  );
});

test("Docker login: it is read from the client's file, or from its credential helper", (t) => {
  const folder = temporaryFolder(t);
  const auth = Buffer.from("etl:pass:word").toString("base64");
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({
      auths: { "registry.example.com": { auth } },
      credHelpers: { "ecr.example.com": "fake" },
    }),
  );
  const helper = join(folder, "docker-credential-fake");
  writeFileSync(
    helper,
    '#!/bin/sh\nread host\necho "{\\"Username\\":\\"of-$host\\",\\"Secret\\":\\"s\\"}"\n',
  );
  chmodSync(helper, 0o755);
  const env = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"]}` };
  assert.deepEqual(dockerLogin("registry.example.com", env), {
    username: "etl",
    password: "pass:word",
  });
  assert.deepEqual(dockerLogin("ecr.example.com", env), {
    username: "of-ecr.example.com",
    password: "s",
  });
  assert.equal(dockerLogin("other.example.com", env), undefined);
  assert.equal(
    dockerLogin("other.example.com", { DOCKER_CONFIG: join(folder, "none") }),
    undefined,
  );
});
