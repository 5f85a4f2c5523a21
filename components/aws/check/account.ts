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
  if ("error" in answer) throw new UserError(`tapctl:aws: ${whyNobody(answer, aws)}`);
  const { Account: account, Arn: arn } = answer.value;
  if (aws.account !== undefined && account !== aws.account) {
    throw new UserError(
      `tapctl:aws.account: the credentials belong to account ${account} (${arn}), but the setting is ${aws.account}; nothing was changed`,
    );
  }
}

function whyNobody(
  {
    error,
    status,
    text,
  }: { readonly error: string; readonly status: number | undefined; readonly text: string },
  { region, profile }: AwsSettings,
): string {
  if (/CredentialsProviderError|CredentialsError/.test(error) || /load credentials/.test(text)) {
    return profile === undefined
      ? "no credentials found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws.profile"
      : `profile "${profile}" has no valid credentials (${text}); sign in with: aws sso login --profile ${profile}, or use another profile`;
  }
  if (status === undefined)
    return `STS of region "${region}" cannot be reached (${error}); check aws.region and the network`;
  return `the credentials are not valid in region "${region}" (${text}); sign in again`;
}
