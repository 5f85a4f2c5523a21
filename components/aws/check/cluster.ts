import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import type { AwsSettings } from "../../../src/settings/aws";
import { answerOf, isDenied } from "./answer";
import { clientConfig } from "./client";

const WHERE = "objectStore.identity.cluster";

/**
 * Reasons why pods of a cluster cannot get a role. Credentials that may not read clusters are
 * accepted, because they may still be allowed to associate roles.
 */
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
      `${WHERE}: EKS cluster "${cluster}" does not exist in region ${aws.region} of this account`,
    ];
  return [`${WHERE}: EKS cannot tell whether "${cluster}" exists (${answer.text})`];
}
