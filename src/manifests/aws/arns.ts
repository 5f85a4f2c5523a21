/** The partition of a region as in ARNs: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** Host of a service in a region, such as `s3.eu-central-1.amazonaws.com`. */
export function serviceHost(service: string, region: string): string {
  return `${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/** ARN of a bucket. */
export function bucketArn(bucket: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** The issuer of an identity provider's tokens as in conditions: the end of its ARN. */
export function issuerOf(oidcProviderArn: string): string {
  return oidcProviderArn.slice(
    oidcProviderArn.indexOf(":oidc-provider/") + ":oidc-provider/".length,
  );
}
