import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { startS3Server, type S3Server } from "../support/s3-server";
import { makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "kept", schedule: "@daily", configFrom: "store", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), streams: ["orders"], target: c.targetJsonl({}) },
  { name: "orders", schedule: "@daily", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "clean-up", kind: "job", schedule: "@daily", image: "acme/tool:1", command: ["tidy"] },
]`;

const FILES: { readonly [file: string]: string } = {
  "tap.json": '{"api_url":"http://127.0.0.1:9","password":"hunter2"}',
  "target.json": '{"destination_path":"out"}\n',
  "catalog.json": '{"streams":[{"tap_stream_id":"orders","schema":{}}]}',
  "state.json": '{"bookmarks":{"orders":{"id":7}}}',
  "envelope.json":
    '{"version":1,"pipeline":"kept","run":"r","state":{"bookmarks":{"orders":{"id":7}}}}',
  "list.json": "[]",
  "empty.json": "{}",
  "broken.json": '{\n  "password": hunter2\n}',
  "no-catalog.json": '{"strems":[]}',
  "text-catalog.json": '{"streams":["orders"]}',
  "reference.json": '{"auth":{"password":{"$secret":"shop-password"}}}',
};

/** A project with files to put, and what `tapctl config` says in it. */
function scene(t: TestContext) {
  const root = makeProject(t, ARRAY);
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(root, file), text);
  const run = (line: string, store?: string) =>
    tapctl(root, [
      ...(store === undefined ? [] : ["--store", store]),
      "config",
      ...line.split(" "),
    ]);
  const stored = (file: string) => join(root, ".tapctl", "store", "configs", "kept", file);
  return { root, run, stored };
}

suite("tapctl config in a bucket", () => {
  let server: S3Server;
  before(async () => void (server = await startS3Server()));
  after(() => server.stop());

  test("does the same", async (t) => {
    const { root, run } = scene(t);
    await server.makeBucket("configs");
    const store = `s3://configs/etl?endpoint=${server.endpoint}`;
    assert.match(
      (await run("put kept --tap tap.json --target target.json", store)).stdout,
      /^kept: tap-config\.json created, 53 B\nkept: target-config\.json created, 27 B\n$/,
    );
    assert.match(
      (await run("put kept --tap target.json --target target.json", store)).stdout,
      /^kept: tap-config\.json replaced, 27 B \(was 53 B\)\nkept: target-config\.json is unchanged/,
    );
    assert.equal((await run("get kept --out got", store)).code, 0);
    assert.equal(readFileSync(join(root, "got", "tap-config.json"), "utf8"), FILES["target.json"]);
    assert.equal(
      (await run("remove kept target", store)).stdout,
      `kept: target-config.json removed\ntarget-config.json is missing; put it there: npx tapctl config put kept --target FILE --store '${store}'\n`,
    );
  });
});
