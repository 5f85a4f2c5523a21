import { bucketArn } from "../../src/manifests/aws/arns";
import { policy, type PolicyDocument } from "./policy-document";

/** Bucket policy that denies all requests without TLS 1.2 or later. */
export function bucketPolicy(bucket: string, region: string): PolicyDocument {
  const arn = bucketArn(bucket, region);
  const refuse = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
  } as const;
  return policy(
    { Sid: "TlsOnly", ...refuse, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "NoOldTls", ...refuse, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  );
}
