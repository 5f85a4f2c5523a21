import {
  DescribeRepositoriesCommand,
  ECRClient,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ecr";
import type { AwsSettings, EcrSettings } from "../../../src/settings/aws";
import { repositoryName } from "../../../src/manifests/aws/ecr-names";
import { STACK_TAG, stackTags } from "../tags";
import { answerOf } from "./answer";
import { clientConfig } from "./client";

/** Reasons why repositories cannot be created, or existing ones cannot be used. */
export async function repositoryProblems(
  images: readonly string[],
  ecr: EcrSettings,
  aws: AwsSettings,
): Promise<readonly string[]> {
  const client = new ECRClient(clientConfig(aws));
  const unknown = Object.keys(ecr.existing).filter((image) => !images.includes(image));
  const found = await Promise.all(
    images.map((image) => repositoryProblem(client, image, ecr, aws)),
  );
  return [
    ...unknown.map(
      (image) =>
        `aws.ecr.existing["${image}"]: is not an image of the stack; its images are ${images.join(", ")}`,
    ),
    ...found.flat(),
  ];
}

async function repositoryProblem(
  client: ECRClient,
  image: string,
  ecr: EcrSettings,
  aws: AwsSettings,
): Promise<readonly string[]> {
  const name = repositoryName(image, ecr);
  const existing = ecr.existing[image] !== undefined;
  const where = existing ? `aws.ecr.existing["${image}"]` : "aws.ecr";
  const answer = await answerOf(
    client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })),
  );
  if ("error" in answer) {
    if (answer.error !== "RepositoryNotFoundException")
      return [`${where}: ECR cannot tell whether repository "${name}" exists (${answer.text})`];
    return existing
      ? [
          `${where}: repository "${name}" does not exist in region ${aws.region}; remove the setting to create one`,
        ]
      : [];
  }
  const arn = answer.value.repositories?.[0]?.repositoryArn;
  if (existing || (await isOurs(client, arn))) return [];
  return [
    `${where}: repository "${name}" exists and was not created by this stack; use it with aws.ecr.existing["${image}"], or set another aws.ecr.prefix`,
  ];
}

async function isOurs(client: ECRClient, resourceArn: string | undefined): Promise<boolean> {
  const answer = await answerOf(client.send(new ListTagsForResourceCommand({ resourceArn })));
  return (
    "value" in answer &&
    (answer.value.tags ?? []).some(
      ({ Key, Value }) => Key === STACK_TAG && Value === stackTags()[STACK_TAG],
    )
  );
}
