import { registrySettings } from "./images";
import type { CheckedSettings } from "./schema";

const DEFAULT_REGISTRY = JSON.stringify(registrySettings.parse({}));

/** What settings that are right by themselves get wrong between them, as `key: what is wrong`. */
export function awsProblems({
  aws,
  objectStore,
  registry,
}: Pick<CheckedSettings, "aws" | "objectStore" | "registry">): readonly string[] {
  if (aws === undefined)
    return objectStore.kind === "aws"
      ? [`aws: must be set for objectStore.kind "aws": its region at least`]
      : [];
  const store = objectStore.kind === "aws" ? objectStore : undefined;
  if (store === undefined && aws.ecr === undefined)
    return [
      `aws: nothing of this stack is on AWS; set objectStore.kind to "aws" or give aws.ecr, or leave it out`,
    ];
  return [
    ...(aws.ecr !== undefined && JSON.stringify(registry) !== DEFAULT_REGISTRY
      ? [`registry: images go to ECR, as aws.ecr says; leave one of them out`]
      : []),
    ...(store?.kmsKey === undefined
      ? []
      : placeProblems(
          "objectStore.kmsKey",
          { region: store.kmsKey.split(":")[3], account: store.kmsKey.split(":")[4] },
          aws,
        )),
    ...(store?.identity.kind === "irsa"
      ? placeProblems(
          "objectStore.identity.oidcProvider",
          oidcPlace(store.identity.oidcProvider),
          aws,
        )
      : []),
  ];
}

interface Place {
  readonly region: string | undefined;
  readonly account: string | undefined;
}

function placeProblems(
  where: string,
  place: Place,
  { region, account }: NonNullable<CheckedSettings["aws"]>,
): readonly string[] {
  return [
    ...(place.region !== undefined && place.region !== region
      ? [`${where}: is in region ${place.region}, and aws.region is ${region}`]
      : []),
    ...(account !== undefined && place.account !== account
      ? [`${where}: is in account ${place.account}, and aws.account is ${account}`]
      : []),
  ];
}

/** The region stands in the name of an EKS cluster's issuer; other issuers have none. */
function oidcPlace(arn: string): Place {
  return {
    region: /oidc-provider\/oidc\.eks\.([a-z0-9-]+)\./.exec(arn)?.[1],
    account: arn.split(":")[4],
  };
}
