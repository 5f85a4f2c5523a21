import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { S3Store } from "../../../components/aws/s3-store";
import type { ObjectStoreBuckets } from "../../../components/store/object-store";
import { only } from "../../support/record";
import { valueOf } from "../images/support";
import { declared, KEY, recordAws, REGION, settingsOf, typesOf } from "./support";

const BUCKET = "aws:s3/bucket:Bucket";

async function bucketOf(store: object = {}) {
  const { registrations } = await declared(settingsOf({ store }));
  return registrations.filter(({ urn }) => urn.includes("S3Store"));
}

const inputs = async (type: string, store: object = {}) => only(await bucketOf(store), type).inputs;

describe("S3 bucket", () => {
  test("S3 bucket: it has versions, encryption and expiration, but no public access and no connections without TLS", async () => {
    assert.deepEqual(
      typesOf(await bucketOf())
        .slice()
        .sort(),
      [
        "s3/bucket",
        "s3/bucketLifecycleConfiguration",
        "s3/bucketObjectv2",
        "s3/bucketPolicy",
        "s3/bucketPublicAccessBlock",
        "s3/bucketServerSideEncryptionConfiguration",
        "s3/bucketVersioning",
        "tapctl:aws:S3Store",
      ],
    );
    assert.deepEqual(await inputs(BUCKET), { bucket: "etl" });
    assert.deepEqual(
      (await inputs("aws:s3/bucketVersioning:BucketVersioning"))["versioningConfiguration"],
      { status: "Enabled" },
    );
    assert.deepEqual(await inputs("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"), {
      bucket: "etl",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.match(
      String((await inputs("aws:s3/bucketPolicy:BucketPolicy"))["policy"]),
      /"aws:SecureTransport":"false"/,
    );
  });

  test("S3 bucket: it is encrypted by S3 or with a KMS key, which is requested once for many objects", async () => {
    const type =
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    assert.deepEqual((await inputs(type))["rules"], [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
    ]);
    assert.deepEqual((await inputs(type, { kmsKey: KEY }))["rules"], [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
        bucketKeyEnabled: true,
      },
    ]);
  });

  test("S3 bucket: files of runs expire after the configured days", async () => {
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    const ids = async (store: object) =>
      (
        (await inputs(type, store))["rules"] as readonly {
          readonly id: string;
          readonly expiration?: object;
        }[]
      ).map(({ id, expiration }) => [id, expiration]);
    assert.deepEqual(await ids({ expireRunsDays: 30 }), [
      ["expire-runs", { days: 30 }],
      ["expire-requests", { days: 30 }],
      ["expire-smoke-test", { days: 30 }],
      ["expire-artifacts", { days: 30 }],
      ["abort-uploads", undefined],
    ]);
    assert.deepEqual(await ids({ expireRunsDays: 0 }), [["abort-uploads", undefined]]);
  });

  test("S3 bucket: it and its rules are protected from deletion by default", async () => {
    const kept = async (store: object) =>
      Object.fromEntries(
        (await bucketOf(store)).map(({ type, options }) => [type, options.protect]),
      );
    const { "aws:s3/bucketObjectv2:BucketObjectv2": marker, ...rest } = await kept({});
    assert.deepEqual(new Set(Object.values(rest)), new Set([true]));
    assert.equal(marker, false);
    assert.deepEqual(new Set(Object.values(await kept({ protect: false }))), new Set([false]));
  });

  test("S3 bucket: it is marked as a cluster's, so that local runs refuse it", async () => {
    const { key, content } = await inputs("aws:s3/bucketObjectv2:BucketObjectv2");
    assert.deepEqual([key, content], ["cluster.json", `{"cluster":true}\n`]);
  });

  test("S3 bucket: an existing one is only marked", async () => {
    const existing = await bucketOf({ existing: true });
    assert.deepEqual(typesOf(existing).slice().sort(), ["s3/bucketObjectv2", "tapctl:aws:S3Store"]);
    assert.deepEqual(
      existing.map(({ options }) => options.protect),
      [false, false],
    );
  });

  for (const [region, endpoint] of [
    [REGION, "s3.eu-central-1.amazonaws.com"],
    ["cn-north-1", "s3.cn-north-1.amazonaws.com.cn"],
  ] as const) {
    test(`S3 bucket: in ${region} its address is ${endpoint}, without keys`, async () => {
      let buckets: ObjectStoreBuckets | undefined;
      let name: Promise<string> | undefined;
      await recordAws(() => {
        const store = settingsOf().objectStore;
        assert.ok(store.kind === "aws");
        buckets = new S3Store("s3", { settings: store, region }).buckets;
        const { singer } = buckets;
        name =
          typeof singer.name === "string"
            ? Promise.resolve(singer.name)
            : valueOf(singer.name as Parameters<typeof valueOf<string>>[0]);
      });
      assert.equal(await name, "etl");
      assert.ok(buckets);
      assert.deepEqual(
        { ...buckets.singer, name: "etl" },
        { name: "etl", endpoint, region, insecure: false, credentials: "ambient" },
      );
      assert.equal(buckets.artifacts, buckets.singer);
    });
  }
});

describe("AWS provider", () => {
  const provider = async (place: object = {}) =>
    only((await declared(settingsOf({ place }))).registrations, "pulumi:providers:aws").inputs;

  test("AWS provider: it has the region and tags all resources with the stack", async () => {
    assert.deepEqual(await provider(), {
      region: REGION,
      defaultTags: JSON.stringify({ tags: { "tapctl:stack": "tapctl/test" } }),
      skipCredentialsValidation: "false",
      skipRegionValidation: "true",
    });
  });

  test("AWS provider: it has the allowed account, the profile and more tags", async () => {
    const { allowedAccountIds, profile, defaultTags } = await provider({
      account: "123456789012",
      profile: "etl",
      tags: { team: "data" },
    });
    assert.deepEqual(
      [allowedAccountIds, profile, defaultTags],
      [
        '["123456789012"]',
        "etl",
        JSON.stringify({ tags: { team: "data", "tapctl:stack": "tapctl/test" } }),
      ],
    );
  });

  test("AWS provider: it creates all resources on AWS", async () => {
    const { registrations } = await declared(settingsOf({ place: { ecr: {} } }), {
      repositories: ["tap-shop"],
    });
    for (const { type, options } of registrations.filter((one) => one.type.startsWith("aws:")))
      assert.match(options.provider, /pulumi:providers:aws::aws::/, type);
  });
});
