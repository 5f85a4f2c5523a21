import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { guardedBuckets, privateBuckets } from "../../policy/buckets";
import { UNKNOWN } from "../../policy/policy";
import { judge, judgeStack, resource } from "./support";

const block = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const policy = (statement: object) =>
  resource("aws:s3/bucketPolicy:BucketPolicy", {
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
  });
const minio = (bucket: string) =>
  resource("kubernetes:helm.sh/v3:Release", {
    values: { buckets: [{ name: "singer", policy: bucket }] },
  });

suite("policy buckets-private", () => {
  test("buckets-private: private buckets pass", () => {
    for (const one of [
      resource("aws:s3/bucket:Bucket", { acl: "private" }),
      resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", block),
      policy({ Sid: "tls", Effect: "Deny", Principal: "*", Action: "s3:*" }),
      policy({
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:role/etl" },
        Action: "s3:*",
      }),
      policy({
        Effect: "Allow",
        Principal: "*",
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
      }),
      resource("aws:s3/bucketPolicy:BucketPolicy", { policy: UNKNOWN }),
      minio("none"),
    ])
      assert.deepEqual(judge(privateBuckets, one), []);
  });

  test("buckets-private: public buckets are rejected", () => {
    assert.deepEqual(
      judge(privateBuckets, resource("aws:s3/bucketAcl:BucketAcl", { acl: "public-read" })),
      ['acl "public-read" makes the bucket public'],
    );
    assert.deepEqual(
      judge(
        privateBuckets,
        resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
          ...block,
          blockPublicPolicy: false,
          ignorePublicAcls: undefined,
        }),
      ),
      ["blockPublicPolicy must be true", "ignorePublicAcls must be true"],
    );
    assert.deepEqual(
      judge(privateBuckets, policy({ Sid: "read", Effect: "Allow", Principal: { AWS: ["*"] } })),
      ['policy statement "read" grants access to everyone'],
    );
    assert.deepEqual(judge(privateBuckets, policy({ Effect: "Allow", Principal: "*" })), [
      'policy statement "without Sid" grants access to everyone',
    ]);
    assert.deepEqual(judge(privateBuckets, minio("public")), [
      'values.buckets: bucket "singer" has the policy "public", which makes it public; set "none"',
    ]);
  });
});

suite("policy buckets-guarded", () => {
  const bucket = resource("aws:s3/bucket:Bucket", { bucket: "etl" }, { name: "store" });
  const beside = (type: string, name = "etl") => resource(type, { bucket: name });
  const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
  const ENCRYPTION =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

  test("buckets-guarded: a bucket with an access block and encryption passes", () => {
    assert.deepEqual(judgeStack(guardedBuckets, [bucket, beside(BLOCK), beside(ENCRYPTION)]), []);
    assert.deepEqual(judgeStack(guardedBuckets, []), []);
  });

  test("buckets-guarded: a bucket whose name is not known yet is found by its dependents", () => {
    const unnamed = resource("aws:s3/bucket:Bucket", { bucket: UNKNOWN });
    const dependent = (type: string) =>
      resource(type, { bucket: UNKNOWN }, { dependencies: [unnamed.urn] });
    assert.deepEqual(
      judgeStack(guardedBuckets, [
        unnamed,
        dependent(BLOCK),
        dependent(
          `${ENCRYPTION}V2`.replace(
            ":BucketServerSideEncryptionConfigurationV2",
            "V2:BucketServerSideEncryptionConfigurationV2",
          ),
        ),
      ]),
      [],
    );
  });

  test("buckets-guarded: a bucket without them is rejected, even if another bucket has them", () => {
    assert.deepEqual(judgeStack(guardedBuckets, [bucket, beside(BLOCK, "other")]), [
      'bucket "store" has no BucketPublicAccessBlock',
      'bucket "store" has no BucketServerSideEncryptionConfiguration',
    ]);
  });
});
