import { UserError } from "../../common/errors";
import type { AwsSettings, EcrSettings } from "../../settings/aws";
import { serviceHost } from "./arns";

/** Name of an image's repository in the registry. */
export function repositoryName(image: string, { prefix, existing }: EcrSettings): string {
  return existing[image] ?? `${prefix}/${image}`;
}

/**
 * Where the images of a name are in the registry of the account that the settings name.
 *
 * @throws UserError where they name none, and AWS would have to be asked whose the credentials are.
 */
export function ecrRepository(
  image: string,
  { account, region }: Pick<AwsSettings, "account" | "region">,
  ecr: EcrSettings,
): string {
  if (account === undefined)
    throw new UserError("tapctl:aws.account is not set, and the address of ECR contains it.", {
      fix: "Set it, or name a registry with --registry.",
    });
  return `${account}.dkr.${serviceHost("ecr", region)}/${repositoryName(image, ecr)}`;
}
