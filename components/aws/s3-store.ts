import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import type { AwsStoreSettings } from "../../src/settings/aws";
import { clusterMarkerKey, clusterMarkerText } from "../../src/store/keys";
import type { ObjectStoreBuckets } from "../store/object-store";
import { serviceHost } from "../../src/manifests/aws/arns";
import { bucketPolicy } from "./bucket-policy";
import { lifecycleRules } from "./lifecycle";

/** Arguments of {@link S3Store}. */
export interface S3StoreArgs {
  /** The bucket. */
  readonly settings: AwsStoreSettings;
  /** Its region. */
  readonly region: string;
}

/**
 * An S3 bucket with versioning and encryption, without public access or connections without TLS; or
 * an existing bucket, which is not changed. Pods access it with roles, without secret keys.
 */
export class S3Store extends pulumi.ComponentResource {
  /** The buckets: a single one, which also holds other Workflows' artifacts. */
  readonly buckets: ObjectStoreBuckets;

  constructor(
    name: string,
    { settings, region }: S3StoreArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "tapctl:aws:S3Store",
      name,
      { bucket: settings.bucket },
      { ...opts, ...(!settings.existing && { protect: settings.protect }) },
    );
    const bucket = settings.existing ? settings.bucket : newBucket(name, settings, region, this);
    // Not protected: without it, local runs would accept the bucket, and nothing else would change.
    new BucketObjectv2(
      `${name}-marker`,
      {
        bucket,
        key: clusterMarkerKey,
        content: `${clusterMarkerText}\n`,
        contentType: "application/json",
      },
      { parent: this, protect: false },
    );
    const place = {
      name: bucket,
      endpoint: serviceHost("s3", region),
      region,
      insecure: false,
      credentials: "ambient",
    } as const;
    this.buckets = { singer: place, artifacts: place };
    this.registerOutputs({ bucket });
  }
}

/** @returns the name of the bucket, available when all of its rules are set. */
function newBucket(
  name: string,
  { bucket: bucketName, kmsKey, expireRunsDays }: AwsStoreSettings,
  region: string,
  parent: S3Store,
): pulumi.Output<string> {
  const made = new Bucket(name, { bucket: bucketName }, { parent });
  const bucket = made.bucket;
  const within = { parent, deletedWith: made };
  const versioning = new BucketVersioning(
    name,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    within,
  );
  const algorithm =
    kmsKey === undefined
      ? { sseAlgorithm: "AES256" }
      : { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKey };
  const encryption = new BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket,
      rules: [
        { applyServerSideEncryptionByDefault: algorithm, bucketKeyEnabled: kmsKey !== undefined },
      ],
    },
    within,
  );
  const closed = new BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    within,
  );
  // S3 refuses concurrent changes of a bucket's access settings.
  const tls = new BucketPolicy(
    name,
    { bucket, policy: JSON.stringify(bucketPolicy(bucketName, region)) },
    { ...within, dependsOn: [closed] },
  );
  new BucketLifecycleConfiguration(
    name,
    { bucket, rules: lifecycleRules(expireRunsDays) },
    { ...within, dependsOn: [versioning] },
  );
  return pulumi.all([bucket, versioning.id, encryption.id, tls.id]).apply(([text]) => text);
}
