import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { keys, RUN, RUN_ID } from "../../../src/manifests/argo/store-artifacts";
import { openS3 } from "../../../src/store/s3";
import { isRunId, stateKey } from "../../../src/store/keys";
import { acquireLease, LeaseHeld } from "../../../src/store/lease/lease";
import type { ObjectStore } from "../../../src/store/object-store";
import { openStore } from "../../../src/store/open";
import {
  commitState,
  deleteState,
  readState,
  type StateEnvelope,
} from "../../../src/store/state/state";
import { history, rollbackState } from "../../../src/store/state/state-history";
import { startMinio, withoutMinio } from "../../support/minio-server";
import { startS3Server, type S3Server } from "../../support/s3-server";
import { applyBucket, type Part } from "./apply-bucket";
import { declared, settingsOf } from "./support";
import { stringifyJson, toJsonText } from "../../../src/common/json";

const RUNS = [
  "20261123T060000Z-000001",
  "20261124T060000Z-000002",
  "20261125T060000Z-000003",
] as const;

const envelope = (run: string): StateEnvelope => ({
  version: 1,
  pipeline: "orders",
  run,
  tap: "tap-postgres",
  target: "target-csv",
  destination: "sha256:1",
  time: "2026-11-23T08:15:02Z",
  state: toJsonText({ bookmarks: { orders: { id: run } } }),
});

/** A key of a template, as Argo fills it in for a run. */
const filled = (key: string, run: string) =>
  key
    .replaceAll("{{workflow.parameters.pipeline}}", "orders")
    .replaceAll(RUN, run)
    .replaceAll("{{retries}}", "0");

describeBucket("a bucket as it is declared, at moto's server", startS3Server, []);
// MinIO has no public access block, needs a key service to encrypt, and aborts uploads by itself.
describeBucket(
  "a bucket as it is declared, at MinIO",
  startMinio,
  ["encryption", "publicAccess", "uploads"],
  withoutMinio,
);

function describeBucket(
  name: string,
  start: () => Promise<S3Server>,
  without: readonly Part[],
  skip: string | false = false,
): void {
  describe(name, { skip }, () => {
    let server: S3Server;
    let client: S3Client;
    let store: ObjectStore;
    before(async () => {
      server = await start();
      client = new S3Client({
        endpoint: server.endpoint,
        region: "us-east-1",
        forcePathStyle: true,
      });
      const { registrations } = await declared(settingsOf());
      store = openS3({
        bucket: await applyBucket(client, registrations, without),
        endpoint: server.endpoint,
      });
    });
    after(() => server.stop());

    const versionsOf = async (key: string) =>
      (await client.send(new ListObjectVersionsCommand({ Bucket: "etl", Prefix: key }))).Versions ??
      [];
    const body = async (key: string, VersionId?: string) =>
      (
        await client.send(new GetObjectCommand({ Bucket: "etl", Key: key, VersionId }))
      ).Body?.transformToString();

    test(`${name}: the bucket accepts its rules unchanged`, async () => {
      const { Rules = [] } = await client.send(
        new GetBucketLifecycleConfigurationCommand({ Bucket: "etl" }),
      );
      const expected = [
        ["abort-uploads", undefined],
        ["expire-artifacts", 90],
        ["expire-requests", 90],
        ["expire-runs", 90],
        ["expire-smoke-test", 90],
      ];
      assert.deepEqual(
        Rules.map(({ ID, Expiration }) => [ID, Expiration?.Days]).sort(),
        expected.filter(([id]) => id !== "abort-uploads" || !without.includes("uploads")),
      );
      if (without.includes("encryption")) return;
      const { ServerSideEncryptionConfiguration: encryption } = await client.send(
        new GetBucketEncryptionCommand({ Bucket: "etl" }),
      );
      assert.equal(
        encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
        "AES256",
      );
    });

    test(`${name}: local runs refuse the bucket`, async () => {
      await assert.rejects(
        openStore(`s3://etl?endpoint=${server.endpoint}`),
        /belongs to a cluster \(it contains cluster\.json\)/,
      );
    });

    test(`${name}: commands find what Argo stores in the bucket`, async () => {
      assert.ok(isRunId(RUNS[0]));
      assert.match(RUN_ID, /^\{\{workflow\.creationTimestamp\.Y\}\}/);
      const text = stringifyJson(envelope(RUNS[0]));
      for (const key of [keys.history, keys.state]) await store.put(filled(key, RUNS[0]), text);
      assert.deepEqual((await readState(store, "orders"))?.envelope, envelope(RUNS[0]));
      assert.equal((await history(store, "orders")).length, 1);
      await store.put(filled(keys.extract, RUNS[0]), "{}\n");
      assert.deepEqual(await store.listFolders("runs/orders/"), [RUNS[0]]);
    });

    test(`${name}: every replaced or deleted state stays as an old version`, async () => {
      for (const run of RUNS) await commitState(store, envelope(run));
      const versions = await versionsOf(stateKey("orders"));
      assert.equal(versions.length, RUNS.length + 1);
      const oldest = versions.at(-1)?.VersionId;
      assert.deepEqual(
        JSON.parse((await body(stateKey("orders"), oldest)) ?? ""),
        JSON.parse(stringifyJson(envelope(RUNS[0]))),
      );
      await deleteState(store, "orders", { run: RUNS[2] });
      assert.equal(await readState(store, "orders"), undefined);
      assert.equal((await versionsOf(stateKey("orders"))).length, versions.length);
    });

    test(`${name}: state rollback restores an earlier state`, async () => {
      await commitState(store, envelope(RUNS[2]));
      await rollbackState(store, "orders");
      assert.equal((await readState(store, "orders"))?.envelope.run, RUNS[1]);
      await rollbackState(store, "orders", RUNS[2]);
      assert.equal((await readState(store, "orders"))?.envelope.run, RUNS[2]);
    });

    test(`${name}: one of many gets the lease, because versions do not affect conditional writes`, async () => {
      const attempts = await Promise.allSettled(
        Array.from({ length: 10 }, () => acquireLease(store, "orders", { run: RUNS[0] })),
      );
      assert.equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
      for (const attempt of attempts) {
        if (attempt.status === "rejected")
          assert.ok(attempt.reason instanceof LeaseHeld, String(attempt.reason));
        else await attempt.value.release();
      }
    });
  });
}
