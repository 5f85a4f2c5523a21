import * as pulumi from "@pulumi/pulumi";
import type { ConnectorDefinition } from "../connectors/connector";
import { isReplication, type PipelineEntry } from "../pipelines/define";
import type { Replication } from "../pipelines/replication";
import { ConnectorImage, type ImageBuilding } from "./connector-image";
import { connectorImage, runnerImage, type BuildContext } from "./image";
import type { PipelineImages } from "./pipeline";

/** Images of a stack. */
export interface StackImages {
  /** Image that has the runner and no connector. */
  readonly runner: pulumi.Output<string>;
  /** Images of a replication's connectors. */
  readonly of: (entry: Replication) => PipelineImages;
}

/** Name of the runner's image among the connectors'. */
const RUNNER = "singer-runner";

/** Builds each connector's image once, however many pipelines use it, and that of the runner. */
export function stackImages(entries: readonly PipelineEntry[], context: BuildContext, building: ImageBuilding, opts: pulumi.ComponentResourceOptions): StackImages {
  const connectors = entries.filter(isReplication).flatMap(({ tap, target }) => [tap.connector, target.connector]);
  const ready = building.settings.images.ready[RUNNER];
  const runner = ready === undefined ? new ConnectorImage(RUNNER, { ...building, build: runnerImage(context) }, opts).reference : pulumi.output(ready);
  const references = new Map<string, pulumi.Output<string>>();
  for (const connector of [...connectors].sort((one, other) => (resourceName(one, connectors) < resourceName(other, connectors) ? -1 : 1))) {
    const name = resourceName(connector, connectors);
    if (!references.has(name)) references.set(name, referenceOf(name, connector, context, building, opts));
  }
  const reference = (connector: ConnectorDefinition) => references.get(resourceName(connector, connectors)) ?? runner;
  return { runner, of: ({ tap, target }) => ({ tap: reference(tap.connector), target: reference(target.connector) }) };
}

/** Name of a connector's image: its own, and the version as well where the array has several. */
function resourceName(connector: ConnectorDefinition, all: readonly ConnectorDefinition[]): string {
  const source = JSON.stringify(connector.source);
  const several = all.some(({ name, source: other }) => name === connector.name && JSON.stringify(other) !== source);
  return several ? `${connector.name}-${"version" in connector.source ? connector.source.version : connector.source.image}` : connector.name;
}

function referenceOf(name: string, connector: ConnectorDefinition, context: BuildContext, building: ImageBuilding, opts: pulumi.ComponentResourceOptions): pulumi.Output<string> {
  const ready = "image" in connector.source ? connector.source.image : building.settings.images.ready[connector.name];
  const build = connectorImage(connector, context);
  if (ready !== undefined || build === undefined) return pulumi.output(ready ?? "");
  return new ConnectorImage(name, { ...building, build }, opts).reference;
}
