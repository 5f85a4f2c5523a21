import { connectorVersion, type ConnectorDefinition } from "../model/connector";
import { isReplication, schedulesOf, type PipelineEntry } from "../model/define";
import { streamRulesOf } from "../model/stream-rules";
import { describeCron } from "../model/cron/cron";

/**
 * A description of a pipeline for readers of a preview, which Pulumi stores and compares. It
 * contains no connector settings, because any of them may be private.
 *
 * @example `{ schedule: "at 06:00, every day (Europe/Berlin)", tap: "tap-postgres 0.10.0", target:
 *   "target-jsonl 0.1.4", mode: "artifact" }`
 */
export function describePipeline(entry: PipelineEntry): { readonly [field: string]: string } {
  const timezone = entry.timezone ?? "UTC";
  return {
    ...(entry.description !== undefined && { description: entry.description }),
    ...(entry.owner !== undefined && { owner: entry.owner }),
    schedule: `${schedulesOf(entry).map(describeCron).join("; ")} (${timezone})${entry.suspend ? ", suspended" : ""}`,
    ...(isReplication(entry)
      ? {
          tap: connectorText(entry.tap.connector),
          target: connectorText(entry.target.connector),
          mode: entry.mode ?? "artifact",
          ...(entry.streams && {
            streams: (streamRulesOf(entry) ?? [])
              .filter(({ ignore }) => !ignore)
              .map(({ stream, replicationMethod }) =>
                replicationMethod === undefined ? stream : `${stream} ${replicationMethod}`,
              )
              .join(", "),
          }),
          ...(entry.followUps && { followUps: entry.followUps.map(({ name }) => name).join(", ") }),
        }
      : { job: entry.image }),
  };
}

function connectorText(connector: ConnectorDefinition): string {
  return "image" in connector.source
    ? `${connector.name} of ${connectorVersion(connector)}`
    : `${connector.name} ${connectorVersion(connector)}`;
}
