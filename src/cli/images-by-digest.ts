import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import { plural } from "../common/plural";
import { digestOf } from "../common/registry/image-digest";
import { pullRepositories } from "../common/registry/repositories";
import { knownAws } from "../manifests/aws/known";
import { imagesOf, type CompleteImages } from "../manifests/complete/complete-stack";
import {
  parseImageDigests,
  pinnedImage,
  taggedImages,
  type ImageDigests,
} from "../manifests/complete/image-lock";
import { readBuildContext } from "../manifests/images/build-context";
import { taggedReference, type ImageOrigin } from "../manifests/images/image";
import { stackOrigins } from "../manifests/images/image-builds";
import type { PipelineEntry } from "../model/define";
import type { CheckedSettings } from "../settings/schema";

/** File of the output folder with the digests of images, which are looked up once. */
export const IMAGE_LOCK = "images.json";

const LOOKUPS = 8;

/**
 * The images of an array by digest: of the file, of the lock in the output folder, else of the
 * registry.
 *
 * @returns the images, and the digests for the lock.
 * @throws UserError if a digest cannot be looked up.
 */
export async function imagesByDigest(
  root: string,
  entries: readonly PipelineEntry[],
  settings: CheckedSettings,
  {
    stack,
    out,
    images: file,
  }: { readonly stack: string; readonly out: string; readonly images?: string },
): Promise<{ readonly images: CompleteImages; readonly digests: ImageDigests }> {
  const context = readBuildContext(settings.images.baseImage, root);
  const { runner, of, all, console: ofConsole } = stackOrigins(entries, context, settings);
  const { pullRepository = pullRepositories(settings.registry) } = knownAws(settings, entries);
  const tagged = taggedImages(all.map((origin) => taggedReference(pullRepository, origin)));
  const known = {
    ...(existsSync(join(out, IMAGE_LOCK)) ? digestsIn(join(out, IMAGE_LOCK)) : {}),
    ...(file === undefined ? {} : digestsIn(file)),
  };
  const missing = tagged.filter((image) => known[image] === undefined);
  const found = { ...known, ...(await lookedUp(missing, stack)) };
  const digests = Object.fromEntries(tagged.map((image) => [image, found[image] ?? ""]));
  const reference = (origin: ImageOrigin) =>
    pinnedImage(taggedReference(pullRepository, origin), digests);
  return {
    images: {
      ...imagesOf(reference(runner), (connector) => reference(of(connector))),
      ...(ofConsole && { console: reference(ofConsole) }),
    },
    digests,
  };
}

function digestsIn(file: string): ImageDigests {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      fix: "Name a JSON file of image digests with --images.",
    });
  }
  return parseImageDigests(text, file);
}

async function lookedUp(images: readonly string[], stack: string): Promise<ImageDigests> {
  const problems: string[] = [];
  const found = await mapConcurrent(LOOKUPS, images, async (image) => {
    try {
      return [[image, await digestOf(image)] as const];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`${image}: ${error.problem}`);
      return [];
    }
  });
  if (problems.length > 0)
    throw new UserError(
      [
        `${plural(problems.length, "image has", "images have")} no digest:`,
        ...problems.sort(),
      ].join("\n"),
      {
        fix: ({ tapctl }) =>
          `Push them first, with: ${tapctl(`build --stack ${stack}`)}. Pass the digests that it prints with --images.`,
        exitCode: 1,
      },
    );
  return Object.fromEntries(found.flat());
}
