import { DescribeKeyCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { AwsSettings } from "../../../src/settings/aws";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.kmsKey";

/** What keeps objects from being encrypted with a key. */
export async function keyProblems(key: string, aws: AwsSettings): Promise<readonly string[]> {
  const client = new KMSClient(clientConfig(aws));
  const described = await answerOf(client.send(new DescribeKeyCommand({ KeyId: key })));
  if ("error" in described) {
    if (described.error === "NotFoundException")
      return [`${WHERE}: there is no such key in region ${aws.region}`];
    return [
      isDenied(described)
        ? `${WHERE}: these credentials may not look at the key; they need kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt`
        : `${WHERE}: KMS does not say whether it is there (${described.text})`,
    ];
  }
  const { KeyState: state, KeySpec: spec } = described.value.KeyMetadata ?? {};
  if (state !== "Enabled")
    return [`${WHERE}: the key is ${state ?? "in an unknown state"}, and must be Enabled`];
  if (spec !== undefined && spec !== "SYMMETRIC_DEFAULT")
    return [`${WHERE}: S3 needs a symmetric key, and this one is ${spec}`];
  // A dry run that would succeed answers with an error of its own.
  const used = await answerOf(
    client.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: "AES_256", DryRun: true })),
  );
  if (!("error" in used) || used.error === "DryRunOperationException") return [];
  return [
    isDenied(used)
      ? `${WHERE}: these credentials may not use the key; they need kms:GenerateDataKey and kms:Decrypt, by its policy or by one of theirs`
      : `${WHERE}: the key cannot be used (${used.text})`,
  ];
}
