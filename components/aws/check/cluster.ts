import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import type { AwsSettings } from "../../../src/settings/aws";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.identity.cluster";

/** What keeps pods of a cluster from being given a role. Who may not look at clusters may still give roles to their pods. */
export async function clusterProblems(
  cluster: string,
  aws: AwsSettings,
): Promise<readonly string[]> {
  const answer = await answerOf(
    new EKSClient(clientConfig(aws)).send(new DescribeClusterCommand({ name: cluster })),
  );
  if ("value" in answer || isDenied(answer)) return [];
  if (answer.error === "ResourceNotFoundException")
    return [
      `${WHERE}: there is no EKS cluster "${cluster}" in region ${aws.region} of this account`,
    ];
  return [`${WHERE}: EKS does not say whether "${cluster}" is there (${answer.text})`];
}
