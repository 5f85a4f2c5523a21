import * as pulumi from "@pulumi/pulumi";
import type { ConnectorDefinition } from "../connectors/connector";
import { isReplication, type PipelineEntry } from "../pipelines/define";
import type { Replication } from "../pipelines/replication";
import { ConnectorImage, type ImageBuilding } from "./connector-image";
import { connectorImage, originKey, runnerImage, type BuildContext, type ImageOrigin } from "./image";
import { nameBuilds } from "./image-builds";
import type { PipelineImages } from "./pipeline";
import { readyImages } from "./ready-image";

/** Images of a stack. */
export interface StackImages {
  /** Image that has the runner and no connector. */
  readonly runner: pulumi.Output<string>;
  /** Images of a replication's connectors. */
  readonly of: (entry: Replication) => PipelineImages;
}

/** Builds each connector's image once, however many pipelines use it, and that of the runner; looks up those that are ready. */
export function stackImages(entries: readonly PipelineEntry[], context: BuildContext, building: ImageBuilding, opts: pulumi.ComponentResourceOptions = {}): StackImages {
  const { registry, images } = building.settings;
  const connectors = new Set(entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector, target.connector]));
  const origins = new Map([...connectors].map((connector) => [connector, connectorImage(connector, context, images.ready)]));
  const runner = runnerImage(context, images.ready);
  const all = [runner, ...origins.values()];
  const ready = readyImages(all.flatMap((origin) => ("ready" in origin ? [origin.ready] : [])), { registry, secrets: building.secrets }, opts);
  const builds = nameBuilds(all.flatMap((origin) => ("build" in origin ? [origin.build] : [])));
  const built = builds.map(([name, build]) => [originKey({ build }), new ConnectorImage(name, { ...building, build }, opts).reference] as const);
  const references = new Map([...ready, ...built]);
  const reference = (origin: ImageOrigin | undefined) => {
    const found = origin && references.get(originKey(origin));
    if (!found) throw new Error("an image was asked for that no entry of the array has");
    return found;
  };
  const ofConnector = (connector: ConnectorDefinition) => reference(origins.get(connector));
  return { runner: reference(runner), of: ({ tap, target }) => ({ tap: ofConnector(tap.connector), target: ofConnector(target.connector) }) };
}
