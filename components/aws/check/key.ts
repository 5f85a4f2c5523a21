import { DescribeKeyCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { AwsSettings } from "../../../src/settings/aws";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.kmsKey";

/** Reasons why objects cannot be encrypted with a key. */
export async function keyProblems(key: string, aws: AwsSettings): Promise<readonly string[]> {
  const client = new KMSClient(clientConfig(aws));
  const described = await answerOf(client.send(new DescribeKeyCommand({ KeyId: key })));
  if ("error" in described) {
    if (described.error === "NotFoundException")
      return [`${WHERE}: the key does not exist in region ${aws.region}`];
    return [
      isDenied(described)
        ? `${WHERE}: the credentials have no access to the key; they need kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt`
        : `${WHERE}: KMS cannot tell whether the key exists (${described.text})`,
    ];
  }
  const { KeyState: state, KeySpec: spec } = described.value.KeyMetadata ?? {};
  if (state !== "Enabled")
    return [`${WHERE}: the key is ${state ?? "in an unknown state"} and must be Enabled`];
  if (spec !== undefined && spec !== "SYMMETRIC_DEFAULT")
    return [`${WHERE}: S3 needs a symmetric key, but this one is ${spec}`];
  // A dry run that would succeed returns a specific error.
  const used = await answerOf(
    client.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: "AES_256", DryRun: true })),
  );
  if (!("error" in used) || used.error === "DryRunOperationException") return [];
  return [
    isDenied(used)
      ? `${WHERE}: the credentials may not use the key; its policy or theirs must allow kms:GenerateDataKey and kms:Decrypt`
      : `${WHERE}: the key cannot be used (${used.text})`,
  ];
}
