import { UserError } from "../../common/errors";
import { parseJson } from "../../common/json";
import { parseImageReference } from "../../common/registry/image-reference";

/** Digests of images, such as `sha256:4c…`, by reference with tag. */
export type ImageDigests = { readonly [image: string]: string };

/**
 * Reads a file of digests.
 *
 * @param name name of the file, for errors.
 * @throws UserError if the content is not a JSON object of digests.
 */
export function parseImageDigests(text: string, name: string): ImageDigests {
  const digests = jsonOf(text);
  const wrong = Object.entries(digests ?? {}).find(
    ([, digest]) => typeof digest !== "string" || !/^sha256:[0-9a-f]{64}$/.test(digest),
  );
  if (digests === undefined || wrong !== undefined)
    throw new UserError(
      wrong === undefined
        ? `${name}: is not a JSON object.`
        : `${name}: ${wrong[0]} does not have a digest.`,
      { fix: `Write it as {"registry.example.com/tap-shop:1.0": "sha256:..."}.` },
    );
  return digests as ImageDigests;
}

/** References with a tag and without a digest, each once, sorted. */
export function taggedImages(references: readonly string[]): readonly string[] {
  const tagged = references.filter((image) => parseImageReference(image).digest === undefined);
  return [...new Set(tagged)].sort();
}

/** An image with its digest; unchanged if it has one. */
export function pinnedImage(image: string, digests: ImageDigests): string {
  const digest = digests[image];
  return digest === undefined ? image : `${image}@${digest}`;
}

function jsonOf(text: string): { readonly [image: string]: unknown } | undefined {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as { readonly [image: string]: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}
