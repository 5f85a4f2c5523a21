import { GetBucketTaggingCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { AwsSettings, AwsStoreSettings } from "../../../src/settings/aws";
import { STACK_TAG, stackTags } from "../tags";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.bucket";

/** Reasons why a bucket cannot be created, or an existing one cannot be used. */
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
            `${WHERE}: bucket "${bucket}" does not exist; set objectStore.existing to false to create it`,
          ]
        : [];
    if (head.status === 301)
      return [
        `${WHERE}: "${bucket}" is in another region than ${aws.region}; ${existing ? "set aws.region to that region" : "choose another name"}`,
      ];
    if (isDenied(head))
      return [
        `${WHERE}: "${bucket}" belongs to another account, or the credentials have no access; ${existing ? "they need s3:ListBucket" : "choose another name"}`,
      ];
    return [`${WHERE}: S3 cannot tell whether "${bucket}" exists (${head.text})`];
  }
  const region = head.value.BucketRegion;
  if (region !== undefined && region !== aws.region)
    return [`${WHERE}: "${bucket}" is in region ${region}, but aws.region is ${aws.region}`];
  return existing || (await isOurs(client, bucket))
    ? []
    : [
        `${WHERE}: "${bucket}" exists and was not created by this stack; set objectStore.existing to true to use it, or choose another name`,
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
