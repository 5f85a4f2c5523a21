import { stringify } from "yaml";
import { print, printJson } from "../common/print";
import { mergeValues, type Values } from "../manifests/charts/values";
import type { CheckedSettings } from "../settings/schema";
import { readStackFile } from "../settings/stack-file";
import { digestOf } from "../common/registry/image-digest";

/** An image of the stack and its setting. */
export interface PinnableImage {
  /** With its tag. */
  readonly image: string;
  /** Path of the setting, e.g. `["objectStore", "image"]`. */
  readonly path: readonly [string, ...string[]];
  /** The value of the setting for a digest. */
  readonly value: (digest: string) => string;
}

/** An image with the setting that pins it. */
export interface PinnedImage extends Pick<PinnableImage, "image" | "path"> {
  /** The value of the setting, with the digest. */
  readonly value: string;
}

/** All images that the settings reference by tag. */
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
  // Argo's chart appends the tag to the name, and accepts a tag with a digest.
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
 * The settings that reference images by digest, each merged with the other values of its key, so
 * that it can replace the existing one.
 *
 * @param given the settings by key, as in the stack's file.
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

/** Options of `tapctl pin`. */
export interface PinFlags {
  /** Folder of the project. */
  readonly root: string;
  readonly stack: string;
  readonly json?: boolean;
}

/** `tapctl pin`: reads digests from the registries and prints the settings that pin the images. */
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
  if (pinned.length === 0) return print("# all images are already pinned to digests");
  const config = Object.fromEntries(
    Object.entries(pinnedSettings(given, pinned)).map(([key, value]) => [`tapctl:${key}`, value]),
  );
  print(
    [
      `# digests read from the registries; replace these keys in ${file}`,
      stringify({ config }, { lineWidth: 0 }).trimEnd(),
    ].join("\n"),
  );
}

function valuesOf(given: unknown): Values {
  return typeof given === "object" && given !== null ? (given as Values) : {};
}
