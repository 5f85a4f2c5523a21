import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration";

type Rule = { readonly id: string; readonly status: "Enabled"; readonly filter: { readonly prefix: string }; readonly [rest: string]: unknown };

/** Old versions of what is deleted or replaced are of use for a few days only. */
const OLD_VERSIONS_DAYS = 7;
/** An upload takes hours at most. */
const UPLOAD_DAYS = 3;

/** Folders of what goes with time; none of them holds a state or a config. */
const EXPIRING = ["runs/", "smoke-test/", "artifacts/"];

/**
 * Rules of a bucket: what runs left goes after some days, states and configs never, nor do their older versions;
 * uploads that were broken off go wherever they are.
 *
 * @param expireRunsDays 0 for never.
 */
export function lifecycleRules(expireRunsDays: number): NonNullable<BucketLifecycleConfigurationArgs["rules"]> {
  const expiry = (prefix: string): Rule => ({
    id: `expire-${prefix.slice(0, -1)}`,
    status: "Enabled",
    filter: { prefix },
    expiration: { days: expireRunsDays },
    noncurrentVersionExpiration: { noncurrentDays: OLD_VERSIONS_DAYS },
  });
  return [
    ...(expireRunsDays === 0 ? [] : EXPIRING.map(expiry)),
    { id: "abort-uploads", status: "Enabled", filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: UPLOAD_DAYS } },
  ];
}
