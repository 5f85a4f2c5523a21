import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { openFolder } from "../../src/store/folder";
import { ObjectStore } from "../../src/store/object-store";
import { openS3 } from "../../src/store/s3";
import { startMinio, withoutMinio } from "../support/minio-server";
import { S3Server, startS3Server } from "../support/s3-server";

/** A new folder that is removed after the tests of its suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-store-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Suite = (fresh: () => ObjectStore, again: (store: ObjectStore) => ObjectStore) => void;

/** Where {@link describeStores} runs its suites; `on-servers.ts` changes it. */
export const places = { servers: false };

/**
 * Runs a suite over a folder, or on the servers of the slow tier: moto's S3, and MinIO if it is installed.
 *
 * @param suite is called with `fresh`, which returns a new empty store, and `again`, which opens a store a second time.
 */
export function describeStores(name: string, suite: Suite): void {
  if (places.servers) {
    describe(`${name}, S3`, () => suiteOver(startS3Server, suite));
    describe(`${name}, MinIO`, { skip: withoutMinio }, () => suiteOver(startMinio, suite));
    return;
  }
  describe(`${name}, folder`, () => {
    const folder = temporaryFolder();
    let count = 0;
    suite(
      () => openFolder(join(folder, String((count += 1)))),
      (store) => openFolder(store.url),
    );
  });
}

function suiteOver(start: () => Promise<S3Server>, suite: Suite): void {
  let server: S3Server;
  let count = 0;
  const prefixes = new Map<ObjectStore, string>();
  const open = (prefix: string): ObjectStore => {
    const store = openS3({ bucket: "tests", prefix, endpoint: server.endpoint });
    prefixes.set(store, prefix);
    return store;
  };
  before(async () => {
    server = await start();
    await server.makeBucket("tests");
  });
  after(() => server.stop());
  suite(
    () => open(`store-${(count += 1)}`),
    (store) => open(prefixes.get(store) ?? ""),
  );
}
