import { stringify } from "yaml";
import { print, printJson } from "../common/print";
import { mergeValues, type Values } from "../manifests/charts/values";
import type { CheckedSettings } from "../settings/schema";
import { readStackFile } from "../settings/stack-file";
import { digestOf } from "../common/registry/image-digest";

/** An image of the stack, and the setting that names it. */
export interface PinnableImage {
  /** With its tag. */
  readonly image: string;
  /** Names that lead to the setting, such as `["objectStore", "image"]`. */
  readonly path: readonly [string, ...string[]];
  /** The setting's text for a digest. */
  readonly value: (digest: string) => string;
}

/** An image, and what its setting has to be so that it stays what it is. */
export interface PinnedImage extends Pick<PinnableImage, "image" | "path"> {
  /** The setting's text, with the digest. */
  readonly value: string;
}

/** Every image that the settings name by a tag. */
export function pinnableImages({
  argo,
  images,
  objectStore,
}: Pick<CheckedSettings, "argo" | "images" | "objectStore">): readonly PinnableImage[] {
  const named = (image: string, ...path: PinnableImage["path"]): PinnableImage => ({
    image,
    path,
    value: (digest) => `${image}@${digest}`,
  });
  // Argo's chart puts a tag behind the name, and takes one with a digest.
  const part = (name: string, values: string): PinnableImage => ({
    image: `${argo.imageRegistry}/argoproj/${name}:${argo.version}`,
    path: ["argo", "values", values, "image", "tag"],
    value: (digest) => `${argo.version}@${digest}`,
  });
  const all = [
    ...(argo.install
      ? [
          part("workflow-controller", "controller"),
          part("argoexec", "executor"),
          ...(argo.server ? [part("argocli", "server")] : []),
        ]
      : []),
    ...(objectStore.kind === "minio"
      ? [
          named(objectStore.image, "objectStore", "image"),
          named(objectStore.clientImage, "objectStore", "clientImage"),
        ]
      : []),
    named(images.baseImage, "images", "baseImage"),
    ...Object.entries(images.ready).map(([connector, image]) =>
      named(image, "images", "ready", connector),
    ),
  ];
  return all.filter(({ image }) => !image.includes("@"));
}

/**
 * The settings that name images by digest, each with all else that its key has, so that it can stand in the other's place.
 *
 * @param given the settings by key, as the stack's file has them.
 */
export function pinnedSettings(given: Values, pinned: readonly PinnedImage[]): Values {
  const nested = ({ path, value }: PinnedImage): Values =>
    path.reduceRight<Values | string>((inner, name) => ({ [name]: inner }), value) as Values;
  const keys = [...new Set(pinned.map(({ path }) => path[0]))];
  const all = pinned
    .map(nested)
    .reduce(
      mergeValues,
      Object.fromEntries(
        keys.map((key) => [
          key,
          key === "objectStore" ? mergeValues({ kind: "minio" }, valuesOf(given[key])) : given[key],
        ]),
      ),
    );
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

/** How `tapctl pin` is called. */
export interface PinFlags {
  /** Folder of the project. */
  readonly root: string;
  readonly stack: string;
  readonly json?: boolean;
}

/** `tapctl pin`: asks the registries for digests, and prints the settings that pin the images. */
export async function pin({ root, stack, json = false }: PinFlags): Promise<void> {
  const file = `Pulumi.${stack}.yaml`;
  const { settings, given } = readStackFile(root, stack);
  const pinned = await Promise.all(
    pinnableImages(settings).map(async ({ image, path, value }): Promise<PinnedImage> => ({
      image,
      path,
      value: value(await digestOf(image)),
    })),
  );
  if (json)
    return printJson(
      pinned.map(({ image, path, value }) => ({
        image,
        setting: path.join("."),
        value,
        source: image.replace(/\/.*/, ""),
      })),
    );
  if (pinned.length === 0) return print("# every image is named by its digest");
  const config = Object.fromEntries(
    Object.entries(pinnedSettings(given, pinned)).map(([key, value]) => [`tapctl:${key}`, value]),
  );
  print(
    [
      `# read from the registries now; put these keys into ${file}, in the place of the same ones`,
      stringify({ config }, { lineWidth: 0 }).trimEnd(),
    ].join("\n"),
  );
}

function valuesOf(given: unknown): Values {
  return typeof given === "object" && given !== null ? (given as Values) : {};
}
