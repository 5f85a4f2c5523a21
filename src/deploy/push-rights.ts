import { parseImageReference } from "../common/registry/image-reference";
import { UserError } from "../common/errors";
import { registryUrl } from "../common/registry/image-digest";
import {
  basicAuthorization,
  isRefusal,
  reach,
  registryToken,
  wantsToken,
  type Login,
} from "../common/registry/registry-token";

const PATIENT_MS = 20_000;

/**
 * Looks whether a user may push into a repository, before anything is changed: begins an upload and gives it up.
 * Source: https://github.com/opencontainers/distribution-spec, "Pushing a blob in chunks".
 *
 * @param address of the registry, with a path or without.
 * @param secret name of the secret that has the password, for the error.
 * @throws UserError where the registry refuses. One that does not answer, or in another way, is left to the push itself.
 */
export async function checkPush(
  address: string,
  repository: string,
  login: Login,
  secret: string,
): Promise<void> {
  const { host, repository: path } = parseImageReference(`${address}/${repository}`);
  const status = await refusal(
    `${registryUrl(host)}/v2/${path}/blobs/uploads/`,
    `the registry ${host}`,
    login,
  ).catch(unknown);
  if (status !== undefined)
    throw new UserError(
      `the registry ${host} does not let "${login.username}" push ${path}: it answers ${status}; see tapctl:registry.username, and the password in the secret "${secret}"`,
      1,
    );
}

async function refusal(uploads: string, what: string, login: Login): Promise<number | undefined> {
  const ask = (authorization: string, method: string, url: string | URL) =>
    reach(what, url, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(PATIENT_MS),
    });
  const basic = basicAuthorization(login);
  const first = await ask(basic, "POST", uploads);
  const token = wantsToken(first) ? await registryToken(first, what, PATIENT_MS, login) : undefined;
  const authorization = token === undefined ? basic : `Bearer ${token}`;
  const answer = token === undefined ? first : await ask(authorization, "POST", uploads);
  const begun = answer.headers.get("location");
  if (answer.status === 202 && begun !== null)
    await ask(authorization, "DELETE", new URL(begun, uploads));
  return isRefusal(answer) ? answer.status : undefined;
}

function unknown(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
