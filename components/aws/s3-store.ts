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
 * A bucket of S3 with versions, encrypted, closed to the public and to connections without TLS; or one that is there,
 * of which nothing is changed. Pods use it with rights of their own: there is no key to keep secret.
 */
export class S3Store extends pulumi.ComponentResource {
  /** The buckets: one, which other Workflows' artifacts lie in as well. */
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
    // Not protected: without it local runs would take the bucket for theirs, and that is all.
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

/** @returns its name, once all its rules hold. */
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
  // S3 refuses two changes of a bucket's access at once.
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
