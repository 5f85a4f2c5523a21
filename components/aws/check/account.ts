import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../../../src/common/errors";
import type { AwsSettings } from "../../../src/settings/aws";
import { answerOf } from "./answer";
import { clientConfig } from "./client";

/**
 * Refuses credentials that are missing, expired, or of another account than `aws.account`.
 *
 * @throws UserError
 */
export async function checkAccount(aws: AwsSettings): Promise<void> {
  const answer = await answerOf(
    new STSClient(clientConfig(aws)).send(new GetCallerIdentityCommand({})),
  );
  if ("error" in answer) throw rejected(answer, aws).in("tapctl:aws");
  const { Account: account, Arn: arn } = answer.value;
  if (aws.account !== undefined && account !== aws.account) {
    throw new UserError(
      `tapctl:aws.account: the credentials belong to account ${account} (${arn}), but the setting is ${aws.account}. Nothing was changed.`,
      { fix: "Use credentials of that account, or correct the setting." },
    );
  }
}

function rejected(
  {
    error,
    status,
    text,
  }: { readonly error: string; readonly status: number | undefined; readonly text: string },
  { region, profile }: AwsSettings,
): UserError {
  if (/CredentialsProviderError|CredentialsError/.test(error) || /load credentials/.test(text)) {
    return profile === undefined
      ? new UserError("credentials are not set.", {
          fix: "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws.profile.",
        })
      : new UserError(`profile "${profile}" has no valid credentials (${text}).`, {
          fix: `Sign in with: aws sso login --profile ${profile}. Or use another profile.`,
        });
  }
  return status === undefined
    ? new UserError(`STS of region "${region}" cannot be reached (${error}).`, {
        fix: "Check aws.region and the network.",
      })
    : new UserError(`the credentials are not valid in region "${region}" (${text}).`, {
        fix: "Sign in again.",
      });
}
