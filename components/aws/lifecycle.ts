import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { expiringPrefixes } from "../../src/store/keys";

type Rule = {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string };
  readonly [rest: string]: unknown;
};

/** Old versions of what is deleted or replaced are of use for a few days only. */
const OLD_VERSIONS_DAYS = 7;
/** An upload takes hours at most. */
const UPLOAD_DAYS = 3;

/** What goes with time; other Workflows' artifacts lie in the same bucket here. */
const EXPIRING = [...expiringPrefixes, "artifacts/"];

/**
 * Rules of a bucket: what runs left and were given goes after some days, saved states and configs never, nor do their older versions;
 * uploads that were broken off go wherever they are.
 *
 * @param expireRunsDays 0 for never.
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
