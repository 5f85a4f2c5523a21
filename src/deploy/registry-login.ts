import { parseImageReference } from "../common/registry/image-reference";
import { UserError } from "../common/errors";
import { registryUrl } from "../common/registry/registry-request";
import {
  basicAuthorization,
  isRefusal,
  reach,
  registryToken,
  wantsToken,
  type Login,
} from "../common/registry/registry-token";

const TIMEOUT_MS = 20_000;

/**
 * Checks that a registry accepts a login, before anything is changed. Whether the user may push to a repository cannot
 * be known without a push.
 * Source: https://github.com/opencontainers/distribution-spec, "Determining Support".
 *
 * @param address address of the registry, with or without a path.
 * @param secret name of the secret that holds the password, for the error.
 * @throws UserError if the registry rejects the login. A registry that does not answer is left to the push itself.
 */
export async function checkLogin(address: string, login: Login, secret: string): Promise<void> {
  const { host } = parseImageReference(`${address}/image`);
  const status = await rejection(`${registryUrl(host)}/v2/`, `the registry ${host}`, login).catch(
    ignoreUserError,
  );
  if (status === undefined) return;
  throw new UserError(
    `the registry ${host} rejects the login of "${login.username}" (HTTP ${status})`,
    {
      fix: `Correct tapctl:registry.username, or the password in the secret "${secret}".`,
      exitCode: 1,
    },
  );
}

async function rejection(url: string, what: string, login: Login): Promise<number | undefined> {
  const authorization = basicAuthorization(login);
  const answer = await reach(what, url, {
    headers: { authorization },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!isRefusal(answer)) return undefined;
  const token = wantsToken(answer)
    ? await registryToken(answer, what, TIMEOUT_MS, login)
    : undefined;
  return token === undefined ? answer.status : undefined;
}

function ignoreUserError(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
