import { parseImageReference, registryAddress } from "./image-reference";
import { UserError } from "../errors";
import { basicAuthorization, reach, registryToken, wantsToken, type Login } from "./registry-token";

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
/** For those who wait for nothing else. */
const PATIENT_MS = 20_000;

/**
 * Asks a registry which digest a tag has now.
 *
 * @param login who asks. Default: anybody.
 * @returns such as `sha256:4c…`, of the index where the image has several platforms.
 * @throws UserError where the image has no tag, and where the registry does not answer or has no such image.
 */
export async function digestOf(image: string, login?: Login): Promise<string> {
  const { host, repository, tag } = parseImageReference(image);
  if (tag === undefined)
    throw new UserError(`the image ${image} has no tag to resolve; write name:tag`);
  const answer = await askFor(image, tag, PATIENT_MS, login);
  const registry = registryHost(host);
  if (answer.status === 404)
    throw new UserError(`${registry} has no image ${repository}:${tag}`, 1);
  const digest = answer.headers.get("docker-content-digest");
  if (!answer.ok || digest === null)
    throw new UserError(
      `${registry} does not tell the digest of ${repository}:${tag}: it answers ${answer.status}`,
      1,
    );
  return digest;
}

/** Whether a registry has an image, asked as anybody or as a user; undefined where it does not tell. */
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

/** Address of the API of the registry that an image's host stands for. */
export function registryUrl(host: string): string {
  return registryAddress(registryHost(host));
}

function registryHost(host: string): string {
  return host === "docker.io" ? "registry-1.docker.io" : host;
}

/** Asks for an image's manifest by its tag or digest, as anybody or as a user, with a token where one is wanted. */
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
  if (token === undefined) throw new UserError(`${what} gives no token to read it`, 1);
  return head(`Bearer ${token}`);
}
