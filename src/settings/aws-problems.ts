import { registrySettings } from "./images";
import type { CheckedSettings } from "./schema";

const DEFAULT_REGISTRY = JSON.stringify(registrySettings.parse({}));

/** Conflicts between AWS settings that are valid by themselves, as `key: problem`. */
export function awsProblems({
  aws,
  objectStore,
  registry,
}: Pick<CheckedSettings, "aws" | "objectStore" | "registry">): readonly string[] {
  if (aws === undefined)
    return objectStore.kind === "aws"
      ? [`aws: is required for objectStore.kind "aws", with at least a region`]
      : [];
  const store = objectStore.kind === "aws" ? objectStore : undefined;
  if (store === undefined && aws.ecr === undefined)
    return [`aws: is not used. Set objectStore.kind to "aws" or aws.ecr, or remove it`];
  return [
    ...(aws.ecr !== undefined && JSON.stringify(registry) !== DEFAULT_REGISTRY
      ? [`registry: cannot be combined with aws.ecr, which sends images to ECR. Remove one of them`]
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
      ? [`${where}: is in region ${place.region}, but aws.region is ${region}`]
      : []),
    ...(account !== undefined && place.account !== account
      ? [`${where}: is in account ${place.account}, but aws.account is ${account}`]
      : []),
  ];
}

/** Only the issuer of an EKS cluster contains its region. */
function oidcPlace(arn: string): Place {
  return {
    region: /oidc-provider\/oidc\.eks\.([a-z0-9-]+)\./.exec(arn)?.[1],
    account: arn.split(":")[4],
  };
}
