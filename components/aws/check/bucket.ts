import { GetBucketTaggingCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { AwsSettings, AwsStoreSettings } from "../../../src/settings/aws";
import { STACK_TAG, stackTags } from "../tags";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.bucket";

/** What keeps a bucket from being made, or from being used where it is there already. */
export async function bucketProblems(
  { bucket, existing }: AwsStoreSettings,
  aws: AwsSettings,
): Promise<readonly string[]> {
  const client = new S3Client(clientConfig(aws));
  const head = await answerOf(client.send(new HeadBucketCommand({ Bucket: bucket })));
  if ("error" in head) {
    if (head.status === 404)
      return existing
        ? [
            `${WHERE}: there is no bucket "${bucket}"; set objectStore.existing to false to have it made`,
          ]
        : [];
    if (head.status === 301)
      return [
        `${WHERE}: "${bucket}" is in another region than ${aws.region}; ${existing ? "set aws.region to that one" : "name another one"}`,
      ];
    if (isDenied(head))
      return [
        `${WHERE}: "${bucket}" is taken by another account, or these credentials may not use it; ${existing ? "it needs s3:ListBucket" : "name another one"}`,
      ];
    return [`${WHERE}: S3 does not say whether "${bucket}" is there (${head.text})`];
  }
  const region = head.value.BucketRegion;
  if (region !== undefined && region !== aws.region)
    return [`${WHERE}: "${bucket}" is in region ${region}, and aws.region is ${aws.region}`];
  return existing || (await isOurs(client, bucket))
    ? []
    : [
        `${WHERE}: "${bucket}" is there, and this stack did not make it; set objectStore.existing to true to use it as it is, or name another one`,
      ];
}

async function isOurs(client: S3Client, bucket: string): Promise<boolean> {
  const answer = await answerOf(client.send(new GetBucketTaggingCommand({ Bucket: bucket })));
  return (
    "value" in answer &&
    (answer.value.TagSet ?? []).some(
      ({ Key, Value }) => Key === STACK_TAG && Value === stackTags()[STACK_TAG],
    )
  );
}
