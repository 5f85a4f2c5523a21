import { UserError } from "../errors";

/** An image by its parts. */
export interface TaggedImage {
  /** Host of the registry's interface. */
  readonly registry: string;
  /** Path in the registry. */
  readonly repository: string;
  readonly tag: string;
}

const MANIFESTS = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"].join(", ");

/**
 * The parts of an image's name, with Docker Hub where it names no registry.
 *
 * @throws UserError where it has no tag.
 */
export function parseImage(image: string): TaggedImage {
  const match = /^(?:([^/]*[.:][^/]*|localhost)\/)?([^:@]+):([^:@/]+)$/.exec(image);
  if (!match) throw new UserError(`the image ${image} has no tag to resolve; write name:tag`);
  const [, host, path = "", tag = ""] = match;
  if (host === undefined || host === "docker.io") return { registry: "registry-1.docker.io", repository: path.includes("/") ? path : `library/${path}`, tag };
  return { registry: host, repository: path, tag };
}

/**
 * Asks a registry which digest a tag has now.
 *
 * @returns such as `sha256:4c…`, of the index where the image has several platforms.
 * @throws UserError where the registry does not answer, or has no such image.
 */
export async function digestOf(image: string): Promise<string> {
  const { registry, repository, tag } = parseImage(image);
  const protocol = /^(localhost|127\.0\.0\.1)(:|$)/.test(registry) ? "http" : "https";
  const url = `${protocol}://${registry}/v2/${repository}/manifests/${tag}`;
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
