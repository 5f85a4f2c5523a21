import { isReplication, type PipelineEntry } from "../pipelines/define";
import { connectorImage, originKey, runnerImage, type BuildContext, type ImageBuild, type ReadyImages } from "./image";

/** Names of the repositories that the images of an array are built into, such as `tap-postgres`; those that are ready need none. */
export function imageRepositories(entries: readonly PipelineEntry[], context: BuildContext, ready: ReadyImages): readonly string[] {
  const connectors = entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector, target.connector]);
  const origins = [runnerImage(context, ready), ...connectors.map((connector) => connectorImage(connector, context, ready))];
  return [...new Set(origins.flatMap((origin) => ("build" in origin ? [origin.build.repository] : [])))].sort();
}

/**
 * The builds that differ, in the order of their names, each with the name of its resource: the repository; the version
 * as well where there are several of it; the tag, which no other has, where they differ in something else.
 */
export function nameBuilds(builds: readonly ImageBuild[]): readonly (readonly [string, ImageBuild])[] {
  const different = [...new Map(builds.map((build) => [originKey({ build }), build])).values()];
  const named = different.map((build) => {
    const versions = different.filter(({ repository }) => repository === build.repository);
    const same = versions.filter(({ args }) => args["VERSION"] === build.args["VERSION"]);
    if (versions.length === 1) return [build.repository, build] as const;
    return [`${build.repository}-${same.length === 1 ? (build.args["VERSION"] ?? build.tag) : build.tag}`, build] as const;
  });
  return named.sort(([one], [other]) => (one < other ? -1 : 1));
}
