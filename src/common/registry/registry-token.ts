import { causeOf, UserError } from "../errors";

/** Credentials for a registry. */
export interface Login {
  /** User name. */
  readonly username: string;
  /** Password or access token of the user. */
  readonly password: string;
}

/** Fix of an error of a registry itself. */
export const REGISTRY_FIX = "Check that the registry is available, then run the command again.";

/** Whether a registry refuses access. */
export function isRefusal({ status }: Response): boolean {
  return status === 401 || status === 403;
}

/** Value of the `Authorization` header for a login. */
export function basicAuthorization({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Whether a registry rejected a request because it requires a token instead of a login. */
export function wantsToken(refused: Response): boolean {
  return refused.status === 401 && /^bearer /i.test(refused.headers.get("www-authenticate") ?? "");
}

/**
 * Requests the token that a registry requires in its response.
 *
 * @param what subject of errors, such as `the registry of python:3.12`.
 * @param login user of the registry. Default: anonymous, as for public images.
 * @returns undefined if the registry issues no token.
 * @throws UserError if the registry requires a login instead of a token, does not answer, or fails.
 */
export async function registryToken(
  refused: Response,
  what: string,
  milliseconds: number,
  login?: Login,
): Promise<string | undefined> {
  const header = refused.headers.get("www-authenticate") ?? "";
  const field = (name: string): string | undefined =>
    new RegExp(`${name}="([^"]*)"`).exec(header)?.[1];
  const realm = field("realm");
  if (!wantsToken(refused) || realm === undefined || !URL.canParse(realm))
    throw new UserError(`${what} requires a login.`, {
      fix: "Use a public image, or its digest (name@sha256:...).",
      exitCode: 1,
    });
  const address = new URL(realm);
  address.search = new URLSearchParams({
    service: field("service") ?? "",
    scope: field("scope") ?? "",
  }).toString();
  const answer = await reach(what, address, {
    ...(login && { headers: { authorization: basicAuthorization(login) } }),
    signal: AbortSignal.timeout(milliseconds),
  });
  if (!answer.ok && !isRefusal(answer))
    throw new UserError(`${what} issues no token: ${address.host} answers ${answer.status}`, {
      fix: REGISTRY_FIX,
      exitCode: 1,
    });
  const { token, access_token: other } = (await answer.json().catch(() => ({}))) as {
    readonly token?: string;
    readonly access_token?: string;
  };
  return token ?? other;
}

/** Sends a request to a registry. @throws UserError if it does not answer. */
export async function reach(
  what: string,
  address: string | URL,
  request: RequestInit,
): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    throw new UserError(`${what} does not answer: ${causeOf(error)}`, {
      fix: "Check the address of the registry and the network.",
      exitCode: 1,
    });
  }
}
