import type { ConnectorDefinition } from "../../model/connector";
import { isReplication, type PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import { CONSOLE } from "../stack/console";
import { consoleImage, isConsoleBuilt } from "./console-image";
import {
  connectorImage,
  originKey,
  runnerImage,
  type BuildContext,
  type ImageBuild,
  type ImageOrigin,
  type ReadyImages,
} from "./image";

/** Origins of the images of an array. */
export interface ImageOrigins {
  /** Origin of the image with the runner only. */
  readonly runner: ImageOrigin;
  /** Origin of a connector's image. @throws Error if no entry of the array uses the connector. */
  readonly of: (connector: ConnectorDefinition) => ImageOrigin;
  /** All origins, one per connector. */
  readonly all: readonly ImageOrigin[];
}

/** The origins of an array's images, computed once per connector. */
export function imageOrigins(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  ready: ReadyImages,
): ImageOrigins {
  const connectors = new Set(
    entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector, target.connector]),
  );
  const known = new Map(
    [...connectors].map((connector) => [connector, connectorImage(connector, context, ready)]),
  );
  const runner = runnerImage(context, ready);
  const of = (connector: ConnectorDefinition) => {
    const found = known.get(connector);
    if (!found) throw new Error("an image was asked for that no entry of the array has");
    return found;
  };
  return { runner, of, all: [runner, ...known.values()] };
}

/** The origins of a stack's images: those of its array, and that of its console if it has one. */
export function stackOrigins(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  { images, ui }: Pick<CheckedSettings, "images" | "ui">,
): ImageOrigins & { readonly console?: ImageOrigin } {
  const ofArray = imageOrigins(entries, context, images.ready);
  const ofConsole = consoleImage(ui);
  if (ofConsole === undefined) return ofArray;
  return { ...ofArray, console: ofConsole, all: [...ofArray.all, ofConsole] };
}

/**
 * Repositories of the images that a stack builds, such as `tap-postgres`; ready images need none.
 */
export function imageRepositories(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  { images, ui }: Pick<CheckedSettings, "images" | "ui">,
): readonly string[] {
  const built = imageOrigins(entries, context, images.ready).all.flatMap((origin) =>
    "build" in origin ? [origin.build.repository] : [],
  );
  return [...new Set([...built, ...(isConsoleBuilt(ui) ? [CONSOLE] : [])])].sort();
}

/**
 * The distinct builds sorted by name, each with the name of its resource: the repository, followed
 * by the version if there are several, or by the unique tag if they differ otherwise.
 */
export function nameBuilds(
  builds: readonly ImageBuild[],
): readonly (readonly [string, ImageBuild])[] {
  const different = [...new Map(builds.map((build) => [originKey({ build }), build])).values()];
  const named = different.map((build) => {
    const versions = different.filter(({ repository }) => repository === build.repository);
    const same = versions.filter(({ args }) => args["VERSION"] === build.args["VERSION"]);
    if (versions.length === 1) return [build.repository, build] as const;
    return [
      `${build.repository}-${same.length === 1 ? (build.args["VERSION"] ?? build.tag) : build.tag}`,
      build,
    ] as const;
  });
  return named.sort(([one], [other]) => (one < other ? -1 : 1));
}
