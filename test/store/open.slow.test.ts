import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { UserError } from "../../src/common/errors";
import { openStore, parseS3 } from "../../src/store/open";
import { openS3 } from "../../src/store/s3";
import { S3Server, startS3Server } from "../support/s3-server";
import { temporaryFolder } from "./stores";

describe("store location", () => {
  const folder = temporaryFolder();

  test("store location: a path is a folder", async () => {
    const store = await openStore(join(folder, "store"));
    await store.put("a", "x");
    assert.equal(store.localPath("a"), join(folder, "store/a"));
  });

  const good = [
    { text: "s3://data", location: { bucket: "data" } },
    { text: "s3://data/", location: { bucket: "data" } },
    { text: "s3://data/team/local/", location: { bucket: "data", prefix: "team/local" } },
    {
      text: "s3://data/p?endpoint=http://127.0.0.1:9000&region=eu-central-1&pathStyle=false",
      location: {
        bucket: "data",
        prefix: "p",
        endpoint: "http://127.0.0.1:9000",
        region: "eu-central-1",
        pathStyle: false,
      },
    },
  ];
  for (const { text, location } of good) {
    test(`store location: ${text} is parsed, and its URL parses to the same`, () => {
      assert.deepEqual(parseS3(text), location);
      assert.deepEqual(parseS3(openS3(location).url), location);
    });
  }

  const bad = [
    { text: "", says: /location of the object store is empty/ },
    {
      text: "gs://data",
      says: /"gs:\/\/data": gs:\/\/ is not supported\.\nUse a folder or s3:/,
    },
    { text: "http://u:hunter2@127.0.0.1:9000/data", says: /http:\/\/ is not supported/ },
    { text: "s3://", says: /"" is not a bucket name/ },
    { text: "s3://a", says: /"a" is not a bucket name/ },
    {
      text: "s3://AKIA:hunter2/x+y@data/p",
      says: /credentials are not allowed here\.\nSet AWS_ACCESS_KEY_ID/,
    },
    {
      text: "s3://data?endpoint=http://u:hunter2@127.0.0.1:9000",
      says: /credentials are not allowed here/,
    },
    {
      text: "s3://data?secret=hunter2",
      says: /unknown option "secret"\.\nAllowed options are endpoint, region, pathStyle\.$/,
    },
    {
      text: "s3://data?endpoint=127.0.0.1:9000",
      says: /endpoint "127.0.0.1:9000" is not a URL\.\nUse a URL such as http:/,
    },
    { text: "s3://data?pathStyle=yes", says: /pathStyle "yes" is not supported/ },
    { text: "s3://data/a/../b", says: /is not a key of the object store/ },
  ];
  for (const { text, says } of bad) {
    test(`store location: ${JSON.stringify(text)} is rejected in one line, without its secrets`, async () => {
      await assert.rejects(openStore(text), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /hunter2/);
        assert.doesNotMatch(error.problem, /\n/);
        return true;
      });
    });
  }

  test("store location: a file in the place of the folder is reported at first use", async () => {
    writeFileSync(join(folder, "file"), "");
    const store = await openStore(join(folder, "file"));
    await assert.rejects(store.get("a"), /is a file\.\nChoose a folder/);
  });
});

describe("bucket of a cluster", () => {
  let server: S3Server;
  before(async () => {
    server = await startS3Server();
    await server.makeBucket("of-a-cluster");
    await server.makeBucket("no-cluster");
    await openS3({ bucket: "of-a-cluster", endpoint: server.endpoint }).put("cluster.json", "{}");
    await openS3({ bucket: "no-cluster", prefix: "marked", endpoint: server.endpoint }).put(
      "cluster.json",
      "{}",
    );
  });
  after(() => server.stop());

  const table = [
    { path: "of-a-cluster", refused: true },
    { path: "of-a-cluster/local", refused: true },
    { path: "no-cluster/marked", refused: true },
    { path: "no-cluster", refused: false },
    { path: "no-cluster/local", refused: false },
  ];
  for (const { path, refused } of table) {
    test(`bucket of a cluster: s3://${path} is ${refused ? "refused" : "opened"}`, async () => {
      const opening = openStore(`s3://${path}?endpoint=${server.endpoint}`);
      if (refused) {
        await assert.rejects(
          opening,
          /belongs to a cluster \(it contains cluster\.json\)\nUse --on cluster, or another bucket\. If that cluster no longer exists, delete cluster\.json/,
        );
      } else {
        await (await opening).put("a", "x");
      }
    });
  }

  test("bucket: a missing one is reported immediately", async () => {
    await assert.rejects(
      openStore(`s3://no-such-bucket?endpoint=${server.endpoint}`),
      /the bucket does not exist at http:/,
    );
  });
});
