import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { BuildContext } from "../../../src/manifests/images/image";
import { readyDigests } from "../../../components/images/ready-image";
import { settingsSchema } from "../../../src/settings/schema";
import { standInRegistry } from "../../deploy/registry";
import { pipelines } from "../../manifests/fixtures";
import { digest } from "./support";

const context: BuildContext = {
  baseImage: "python:3.12-slim",
  files: {},
  launchers: {},
  locks: {},
  bulk: {},
};
const pinned = `ghcr.io/acme/tap-erp@${digest("1")}`;

/** A registry with `tap-x:1`, for everyone or for one user. */
async function registry(
  t: TestContext,
  password?: string,
): Promise<{ readonly host: string; readonly requests: string[] }> {
  const requests: string[] = [];
  const basic =
    password === undefined
      ? undefined
      : `Basic ${Buffer.from(`bot:${password}`).toString("base64")}`;
  const host = await standInRegistry(t, ({ url = "", headers }, response) => {
    if (basic !== undefined && headers.authorization !== basic)
      return response.writeHead(401, { "www-authenticate": "Basic" }).end();
    requests.push(url);
    return url === "/v2/etl/tap-x/manifests/1"
      ? response.writeHead(200, { "docker-content-digest": digest("2") }).end()
      : response.writeHead(404).end();
  });
  return { host, requests };
}

function lookUp(ready: { readonly [name: string]: string }, own: object = {}) {
  const settings = settingsSchema.parse({ images: { ready }, registry: own });
  return readyDigests(
    { ...settings, secrets: { "registry-password": pulumi.secret("hunter2") } },
    pipelines,
    context,
  );
}

test("ready images: one with a digest is used unchanged, without a query", async () => {
  assert.deepEqual(await lookUp({ "singer-runner": pinned }), new Map());
});

test("ready images: a tag is resolved to its digest by one query, however many use it", async (t) => {
  const { host, requests } = await registry(t);
  const image = `${host}/etl/tap-x:1`;
  assert.deepEqual(
    await lookUp({ "singer-runner": image, "tap-shop": image, "target-folder": pinned }),
    new Map([[image, `${image}@${digest("2")}`]]),
  );
  assert.deepEqual(requests, ["/v2/etl/tap-x/manifests/1"]);
});

test("ready images: the settings' user is used for their own registry", async (t) => {
  const { host } = await registry(t, "hunter2");
  const image = `${host}/etl/tap-x:1`;
  assert.equal(
    (
      await lookUp(
        { "singer-runner": image },
        { address: `${host}/etl`, username: "bot", password: "registry-password" },
      )
    ).get(image),
    `${image}@${digest("2")}`,
  );
  await assert.rejects(lookUp({ "singer-runner": image }), /requires a login/);
});

test("ready images: every one that cannot be resolved is listed with a fix before anything is registered", async (t) => {
  const { host } = await registry(t);
  await assert.rejects(
    lookUp({ "singer-runner": `${host}/etl/tap-y:1`, "tap-shop": `${host}/etl/tap-z:2` }),
    (error: Error) => {
      assert.match(
        error.message,
        /tap-y:1 cannot be resolved: 127\.0\.0\.1:\d+ does not have the image etl\/tap-y:1\n.*tap-z:2 cannot be resolved/,
      );
      assert.match(error.message, /\nCorrect its name, or use its digest/);
      return true;
    },
  );
});
