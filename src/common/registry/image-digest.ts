import { parseImageReference } from "./image-reference";
import { UserError } from "../errors";
import { registryHost, requestImage } from "./registry-request";
import { REGISTRY_FIX, type Login } from "./registry-token";

/** Media types of manifests and of indexes of several platforms. */
export const MANIFESTS = [
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
  const answer = await headOf(image, tag, PATIENT_MS, login);
  const registry = registryHost(host);
  if (answer.status === 404)
    throw new UserError(`${registry} does not have the image ${repository}:${tag}`, {
      fix: "Correct the name and the tag of the image, or push it.",
      exitCode: 1,
    });
  const digest = answer.headers.get("docker-content-digest");
  if (!answer.ok || digest === null)
    throw new UserError(
      `${registry} does not return the digest of ${repository}:${tag}: it answers ${answer.status}`,
      { fix: REGISTRY_FIX, exitCode: 1 },
    );
  return digest;
}

/** Whether a registry has an image; undefined if that is unknown. Anonymous without a login. */
export async function isThere(
  image: string,
  milliseconds: number,
  login?: Login,
): Promise<boolean | undefined> {
  const { tag = "latest", digest } = parseImageReference(image);
  try {
    const { ok, status } = await headOf(image, digest ?? tag, milliseconds, login);
    return ok ? true : status === 404 ? false : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** Requests the head of an image's manifest by tag or digest. */
function headOf(
  image: string,
  reference: string,
  timeoutMs: number,
  login?: Login,
): Promise<Response> {
  return requestImage(image, {
    method: "HEAD",
    path: `manifests/${reference}`,
    accept: MANIFESTS,
    timeoutMs,
    login,
  });
}
