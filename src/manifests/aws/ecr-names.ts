import { UserError } from "../../common/errors";
import type { AwsSettings, EcrSettings } from "../../settings/aws";
import { serviceHost } from "./arns";

/** Name of an image's repository in the registry. */
export function repositoryName(image: string, { prefix, existing }: EcrSettings): string {
  return existing[image] ?? `${prefix}/${image}`;
}

/**
 * The repository of an image in the account's registry.
 *
 * @throws UserError if the settings do not contain the account; finding it would require a call to
 *   AWS.
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
