import { causeOf, UserError } from "../errors";

/** Who asks a registry. */
export interface Login {
  /** Name of the user. */
  readonly username: string;
  /** The user's password, or a token that stands for it. */
  readonly password: string;
}

/** Whether a registry answers that it does not let somebody do something. */
export function isRefusal({ status }: Response): boolean {
  return status === 401 || status === 403;
}

/** How a request says who makes it. */
export function basicAuthorization({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Whether a registry that refuses wants a token, and no login. */
export function wantsToken(refused: Response): boolean {
  return refused.status === 401 && /^bearer /i.test(refused.headers.get("www-authenticate") ?? "");
}

/**
 * The token that a registry wants, by what it says where it refuses.
 *
 * @param what such as `the registry of python:3.12`, for errors.
 * @param login who asks for it. Default: anybody, as public images are read.
 * @returns undefined where the registry gives them none.
 * @throws UserError where it wants no token but a login, and where it does not answer, or with a fault of its own.
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
    throw new UserError(`${what} wants a login; only public images can be resolved`, 1);
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
    throw new UserError(`${what} gives no token: ${address.host} answers ${answer.status}`, 1);
  const { token, access_token: other } = (await answer.json().catch(() => ({}))) as {
    readonly token?: string;
    readonly access_token?: string;
  };
  return token ?? other;
}

/** An answer of a registry. @throws UserError where there is none. */
export async function reach(
  what: string,
  address: string | URL,
  request: RequestInit,
): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    throw new UserError(`${what} does not answer: ${causeOf(error)}`, 1);
  }
}
