import { gunzipSync } from "node:zlib";
import { parseImageReference } from "./image-reference";
import { UserError } from "../errors";
import { MANIFESTS } from "./image-digest";
import { requestImage } from "./registry-request";
import { REGISTRY_FIX, type Login } from "./registry-token";

const TIMEOUT_MS = 60_000;
/** Larger layers are not searched: the file is in a layer of its own. */
const MOST_BYTES = 4 << 20;
const TAR_BLOCK = 512;

/** A file of an image. */
export interface ImageFile {
  /** Platform of the image, such as `linux/arm64`; undefined if it has only one. */
  readonly platform?: string;
  readonly text: string;
}

interface Manifest {
  readonly layers?: readonly { readonly digest: string; readonly size: number }[];
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

/**
 * Reads a small file of an image from the registry, for each platform of the image.
 *
 * @param path path in the image without the leading slash.
 * @returns empty if the image does not have it in a small layer.
 * @throws UserError if the registry does not answer or does not have the image.
 */
export async function readImageFile(
  image: string,
  path: string,
  login?: Login,
): Promise<readonly ImageFile[]> {
  const { tag = "latest", digest } = parseImageReference(image);
  const manifest = await manifestOf(image, digest ?? tag, login);
  // An attestation in an index has the platform "unknown".
  const platforms = (manifest.manifests ?? []).filter(
    ({ platform }) => platform !== undefined && platform.os !== "unknown",
  );
  if (manifest.manifests === undefined) {
    const text = await fileIn(image, manifest, path, login);
    return text === undefined ? [] : [{ text }];
  }
  const files = await Promise.all(
    platforms.map(async ({ digest: one, platform }) => {
      const text = await fileIn(image, await manifestOf(image, one, login), path, login);
      return text === undefined
        ? []
        : [{ platform: `${platform?.os}/${platform?.architecture}`, text }];
    }),
  );
  return files.flat();
}

async function manifestOf(image: string, reference: string, login?: Login): Promise<Manifest> {
  const answer = await get(image, `manifests/${reference}`, MANIFESTS, login);
  return (await answer.json()) as Manifest;
}

/** The file of the last layer that has it. */
async function fileIn(
  image: string,
  { layers = [] }: Manifest,
  path: string,
  login?: Login,
): Promise<string | undefined> {
  for (const { digest, size } of [...layers].reverse()) {
    if (size > MOST_BYTES) continue;
    const answer = await get(image, `blobs/${digest}`, undefined, login);
    const found = fileOfLayer(Buffer.from(await answer.arrayBuffer()), path);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function get(
  image: string,
  path: string,
  accept: string | undefined,
  login: Login | undefined,
): Promise<Response> {
  const answer = await requestImage(image, {
    path,
    ...(accept !== undefined && { accept }),
    timeoutMs: TIMEOUT_MS,
    login,
  });
  if (answer.ok) return answer;
  if (answer.status === 404)
    throw new UserError(`the registry does not have the image ${image}`, {
      fix: "Correct the name of the image, or push it.",
      exitCode: 1,
    });
  throw new UserError(
    `the registry of ${image} answers ${answer.status} to a request for ${path}`,
    { fix: REGISTRY_FIX, exitCode: 1 },
  );
}

/**
 * A file of a layer: a tar archive, compressed with gzip or not. Source: POSIX.1-2017, pax, "ustar
 * Interchange Format".
 */
export function fileOfLayer(layer: Buffer, path: string): string | undefined {
  const archive = layer[0] === 0x1f && layer[1] === 0x8b ? gunzipSync(layer) : layer;
  for (let at = 0; at + TAR_BLOCK <= archive.length;) {
    const name = textAt(archive, at, 100).replace(/^\.?\//, "");
    const size = Number.parseInt(textAt(archive, at + 124, 12), 8) || 0;
    const start = at + TAR_BLOCK;
    if (name === path) return archive.toString("utf8", start, start + size);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return undefined;
}

function textAt(archive: Buffer, start: number, length: number): string {
  const field = archive.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end).trim();
}
