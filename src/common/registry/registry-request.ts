import { parseImageReference, registryAddress } from "./image-reference";
import { UserError } from "../errors";
import { basicAuthorization, reach, registryToken, wantsToken, type Login } from "./registry-token";

/** A request about an image. */
export interface ImageRequest {
  /** Default: `GET`. */
  readonly method?: "HEAD" | "GET";
  /** Path below the repository, such as `manifests/1.0` or `blobs/sha256:…`. */
  readonly path: string;
  /** Media types that are accepted. Default: any. */
  readonly accept?: string;
  readonly timeoutMs: number;
  /** User of the registry. Default: anonymous. */
  readonly login?: Login | undefined;
}

/** URL of the API of an image's registry. */
export function registryUrl(host: string): string {
  return registryAddress(registryHost(host));
}

/** Host of a registry's API. */
export function registryHost(host: string): string {
  return host === "docker.io" ? "registry-1.docker.io" : host;
}

/**
 * Sends a request about an image's repository, with a token if the registry requires one.
 *
 * @throws UserError if the registry does not answer, or does not issue a token.
 */
export async function requestImage(
  image: string,
  { method = "GET", path, accept, timeoutMs, login }: ImageRequest,
): Promise<Response> {
  const { host, repository } = parseImageReference(image);
  const what = `the registry of ${image}`;
  const url = `${registryUrl(host)}/v2/${repository}/${path}`;
  const send = (authorization?: string) =>
    reach(what, url, {
      method,
      headers: {
        ...(accept !== undefined && { accept }),
        ...(authorization !== undefined && { authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
  const first = await send();
  if (first.status !== 401) return first;
  if (login && !wantsToken(first)) return send(basicAuthorization(login));
  const token = await registryToken(first, what, timeoutMs, login);
  if (token === undefined)
    throw new UserError(`${what} does not issue a token to read it`, {
      fix: "Check the name of the image. If the image is private, use its digest (name@sha256:...).",
      exitCode: 1,
    });
  return send(`Bearer ${token}`);
}
