import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { expiringPrefixes } from "../../src/store/keys";

type Rule = {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string };
  readonly [rest: string]: unknown;
};

/** Days to keep old versions of deleted or replaced objects. */
const OLD_VERSIONS_DAYS = 7;
/** Days after which an unfinished upload is removed. */
const UPLOAD_DAYS = 3;

/** Prefixes that expire; other Workflows' artifacts are in the same bucket here. */
const EXPIRING = [...expiringPrefixes, "artifacts/"];

/**
 * Lifecycle rules of a bucket: files of runs expire after some days, saved states, configs and
 * their old versions never. Unfinished uploads are removed everywhere.
 *
 * @param expireRunsDays 0 turns expiry off.
 */
export function lifecycleRules(
  expireRunsDays: number,
): NonNullable<BucketLifecycleConfigurationArgs["rules"]> {
  const expiry = (prefix: string): Rule => ({
    id: `expire-${prefix.slice(0, -1)}`,
    status: "Enabled",
    filter: { prefix },
    expiration: { days: expireRunsDays },
    noncurrentVersionExpiration: { noncurrentDays: OLD_VERSIONS_DAYS },
  });
  return [
    ...(expireRunsDays === 0 ? [] : EXPIRING.map(expiry)),
    {
      id: "abort-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: UPLOAD_DAYS },
    },
  ];
}
