import type { ConnectorDefinition } from "../../model/connector";
import { isReplication, type PipelineEntry } from "../../model/define";
import {
  connectorImage,
  originKey,
  runnerImage,
  type BuildContext,
  type ImageBuild,
  type ImageOrigin,
  type ReadyImages,
} from "./image";

/** Where the images of an array come from. */
export interface ImageOrigins {
  /** Of the image that has the runner and no connector. */
  readonly runner: ImageOrigin;
  /** Of a connector's image. @throws Error for a connector that no entry of the array has. */
  readonly of: (connector: ConnectorDefinition) => ImageOrigin;
  /** Of all of them, each connector once. */
  readonly all: readonly ImageOrigin[];
}

/** Where the images of an array come from, worked out once for each connector, however many pipelines use it. */
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

/** Names of the repositories that the images of an array are built into, such as `tap-postgres`; those that are ready need none. */
export function imageRepositories(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  ready: ReadyImages,
): readonly string[] {
  return [
    ...new Set(
      imageOrigins(entries, context, ready).all.flatMap((origin) =>
        "build" in origin ? [origin.build.repository] : [],
      ),
    ),
  ].sort();
}

/**
 * The builds that differ, in the order of their names, each with the name of its resource: the repository; the version
 * as well where there are several of it; the tag, which no other has, where they differ in something else.
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
