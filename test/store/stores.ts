import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { openFolder } from "../../store/folder";
import { ObjectStore } from "../../store/object-store";
import { openS3 } from "../../store/s3";
import { S3Server, startS3Server } from "../support/s3-server";

/** A new folder that is removed after the tests of the suite that asked for it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-store-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a suite over an empty folder and over an empty prefix of a bucket; `fresh` gives a new empty store of the kind. */
export function describeStores(name: string, suite: (fresh: () => ObjectStore, again: (store: ObjectStore) => ObjectStore) => void): void {
  describe(`${name}, folder`, () => {
    const folder = temporaryFolder();
    let count = 0;
    suite(
      () => openFolder(join(folder, String((count += 1)))),
      (store) => openFolder(store.url),
    );
  });
  describe(`${name}, S3`, () => {
    let server: S3Server;
    let count = 0;
    const prefixes = new Map<ObjectStore, string>();
    const open = (prefix: string): ObjectStore => {
      const store = openS3({ bucket: "tests", prefix, endpoint: server.endpoint });
      prefixes.set(store, prefix);
      return store;
    };
    before(async () => {
      server = await startS3Server();
      await server.makeBucket("tests");
    });
    after(() => server.stop());
    suite(
      () => open(`store-${(count += 1)}`),
      (store) => open(prefixes.get(store) ?? ""),
    );
  });
}
