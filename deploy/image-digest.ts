import { parseImageReference, registryAddress } from "../components/image-reference";
import { UserError } from "../errors";

const MANIFESTS = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"].join(", ");

/**
 * Asks a registry which digest a tag has now.
 *
 * @returns such as `sha256:4c…`, of the index where the image has several platforms.
 * @throws UserError where the image has no tag, and where the registry does not answer or has no such image.
 */
export async function digestOf(image: string): Promise<string> {
  const { host, repository, tag } = parseImageReference(image);
  if (tag === undefined) throw new UserError(`the image ${image} has no tag to resolve; write name:tag`);
  const registry = host === "docker.io" ? "registry-1.docker.io" : host;
  const url = `${registryAddress(registry)}/v2/${repository}/manifests/${tag}`;
  const first = await ask(url, image);
  const answer = first.status === 401 ? await ask(url, image, await anonymousToken(first, image)) : first;
  if (answer.status === 404) throw new UserError(`${registry} has no image ${repository}:${tag}`, 1);
  const digest = answer.headers.get("docker-content-digest");
  if (!answer.ok || digest === null) throw new UserError(`${registry} does not tell the digest of ${repository}:${tag}: it answers ${answer.status}`, 1);
  return digest;
}

async function ask(url: string, image: string, token?: string): Promise<Response> {
  try {
    return await fetch(url, { method: "HEAD", headers: { accept: MANIFESTS, ...(token !== undefined && { authorization: `Bearer ${token}` }) }, signal: AbortSignal.timeout(20_000) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UserError(`the registry of ${image} does not answer: ${cause}`, 1);
  }
}

/** Public images are read with a token that anybody gets, where the registry wants one. */
async function anonymousToken(refused: Response, image: string): Promise<string> {
  const header = refused.headers.get("www-authenticate") ?? "";
  const field = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1];
  const realm = field("realm");
  if (realm === undefined || !URL.canParse(realm)) throw new UserError(`the registry of ${image} wants a login; only public images can be resolved`, 1);
  const address = new URL(realm);
  address.search = new URLSearchParams({ service: field("service") ?? "", scope: field("scope") ?? "" }).toString();
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  const { token, access_token: other } = (await answer.json().catch(() => ({}))) as { readonly token?: string; readonly access_token?: string };
  const given = token ?? other;
  if (given === undefined) throw new UserError(`the registry of ${image} gives no token to read it`, 1);
  return given;
}
