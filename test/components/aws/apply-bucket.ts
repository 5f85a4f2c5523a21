import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type S3Client,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import { only, type Registration } from "../../support/record";

/** Parts to omit for a server that does not support them. */
export type Part = "encryption" | "publicAccess" | "uploads";

interface Rule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string };
  readonly expiration?: { readonly days: number };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/**
 * Creates a bucket from its registrations with the calls of Pulumi's provider; without its policy,
 * which only AWS supports.
 */
export async function applyBucket(
  client: S3Client,
  registrations: readonly Registration[],
  without: readonly Part[] = [],
): Promise<string> {
  const inputs = (type: string) => only(registrations, type).inputs;
  const Bucket = String(inputs("aws:s3/bucket:Bucket")["bucket"]);
  await client.send(new CreateBucketCommand({ Bucket }));
  const { status } = inputs("aws:s3/bucketVersioning:BucketVersioning")[
    "versioningConfiguration"
  ] as { readonly status: "Enabled" };
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }),
  );
  if (!without.includes("encryption")) {
    const rules = inputs(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    )["rules"] as readonly {
      readonly applyServerSideEncryptionByDefault: {
        readonly sseAlgorithm: ServerSideEncryption;
        readonly kmsMasterKeyId?: string;
      };
      readonly bucketKeyEnabled: boolean;
    }[];
    const Rules = rules.map(
      ({
        applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId },
        bucketKeyEnabled,
      }) => ({
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: sseAlgorithm,
          KMSMasterKeyID: kmsMasterKeyId,
        },
        BucketKeyEnabled: bucketKeyEnabled,
      }),
    );
    await client.send(
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }),
    );
  }
  if (!without.includes("publicAccess")) {
    const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = inputs(
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ) as { readonly [name: string]: boolean };
    await client.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: blockPublicAcls,
          BlockPublicPolicy: blockPublicPolicy,
          IgnorePublicAcls: ignorePublicAcls,
          RestrictPublicBuckets: restrictPublicBuckets,
        },
      }),
    );
  }
  const rules = inputs("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[
    "rules"
  ] as readonly Rule[];
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: rules
          .filter(
            ({ abortIncompleteMultipartUpload }) =>
              !abortIncompleteMultipartUpload || !without.includes("uploads"),
          )
          .map(lifecycleRule),
      },
    }),
  );
  const { key, content } = inputs("aws:s3/bucketObjectv2:BucketObjectv2");
  await client.send(new PutObjectCommand({ Bucket, Key: String(key), Body: String(content) }));
  return Bucket;
}

function lifecycleRule({
  id,
  status,
  filter,
  expiration,
  noncurrentVersionExpiration,
  abortIncompleteMultipartUpload,
}: Rule): LifecycleRule {
  return {
    ID: id,
    Status: status,
    Filter: { Prefix: filter.prefix },
    ...(expiration && { Expiration: { Days: expiration.days } }),
    ...(noncurrentVersionExpiration && {
      NoncurrentVersionExpiration: { NoncurrentDays: noncurrentVersionExpiration.noncurrentDays },
    }),
    ...(abortIncompleteMultipartUpload && {
      AbortIncompleteMultipartUpload: {
        DaysAfterInitiation: abortIncompleteMultipartUpload.daysAfterInitiation,
      },
    }),
  };
}
