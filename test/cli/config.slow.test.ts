import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startS3Server, type S3Server } from "../support/s3-server";
import { FILES, scene } from "./config-scene";

suite("tapctl config with a bucket", () => {
  let server: S3Server;
  before(async () => void (server = await startS3Server()));
  after(() => server.stop());

  test("config: put, get and remove work with a bucket", async (t) => {
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
      `kept: target-config.json removed\ntarget-config.json is missing. Store it with: npx tapctl config put kept --target FILE --store '${store}'\n`,
    );
  });
});
