import { parseImageReference, registryAddress } from "./image-reference";
import { UserError } from "../errors";
import { basicAuthorization, reach, registryToken, wantsToken, type Login } from "./registry-token";

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
/** Timeout in milliseconds, for callers that have nothing else to do. */
const PATIENT_MS = 20_000;

/**
 * Resolves a tag to its current digest.
 *
 * @param login user of the registry. Default: anonymous.
 * @returns such as `sha256:4c…`; the digest of the index for a multi-platform image.
 * @throws UserError if the image has no tag, or if the registry does not answer or does not have
 *   the image.
 */
export async function digestOf(image: string, login?: Login): Promise<string> {
  const { host, repository, tag } = parseImageReference(image);
  if (tag === undefined)
    throw new UserError(`The image ${image} has no tag.`, { fix: "Write it as name:tag." });
  const answer = await askFor(image, tag, PATIENT_MS, login);
  const registry = registryHost(host);
  if (answer.status === 404)
    throw new UserError(`${registry} does not have the image ${repository}:${tag}`, 1);
  const digest = answer.headers.get("docker-content-digest");
  if (!answer.ok || digest === null)
    throw new UserError(
      `${registry} does not return the digest of ${repository}:${tag}: it answers ${answer.status}`,
      1,
    );
  return digest;
}

/** Whether a registry has an image; undefined if it does not say. Anonymous without a login. */
export async function isThere(
  image: string,
  milliseconds: number,
  login?: Login,
): Promise<boolean | undefined> {
  const { tag = "latest", digest } = parseImageReference(image);
  try {
    const { ok, status } = await askFor(image, digest ?? tag, milliseconds, login);
    return ok ? true : status === 404 ? false : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** URL of the API of an image's registry. */
export function registryUrl(host: string): string {
  return registryAddress(registryHost(host));
}

function registryHost(host: string): string {
  return host === "docker.io" ? "registry-1.docker.io" : host;
}

/** Requests the manifest of an image by tag or digest, with a token if the registry wants one. */
async function askFor(
  image: string,
  reference: string,
  milliseconds: number,
  login?: Login,
): Promise<Response> {
  const { host, repository } = parseImageReference(image);
  const what = `the registry of ${image}`;
  const url = `${registryUrl(host)}/v2/${repository}/manifests/${reference}`;
  const head = (authorization?: string) =>
    reach(what, url, {
      method: "HEAD",
      headers: { accept: MANIFESTS, ...(authorization !== undefined && { authorization }) },
      signal: AbortSignal.timeout(milliseconds),
    });
  const first = await head();
  if (first.status !== 401) return first;
  if (login && !wantsToken(first)) return head(basicAuthorization(login));
  const token = await registryToken(first, what, milliseconds, login);
  if (token === undefined) throw new UserError(`${what} does not issue a token to read it`, 1);
  return head(`Bearer ${token}`);
}
