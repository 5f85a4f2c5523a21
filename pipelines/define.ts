import type { Job } from "./job";
import type { Replication, StreamRule } from "./replication";

/** One entry of the array: a replication, or a job with `kind: "job"`. */
export type PipelineEntry = Replication | Job;

/**
 * The typed array that people edit. It is plain data: the same array runs on a laptop and on the cluster.
 *
 * Text of the wrong shape, unknown settings and missing required ones do not compile; `tapctl validate` checks the
 * rest and reports every problem at once.
 */
export function definePipelines(entries: readonly PipelineEntry[]): readonly PipelineEntry[] {
  return entries;
}

/** Whether an entry replicates data, rather than being a job. */
export function isReplication(entry: PipelineEntry): entry is Replication {
  return entry.kind !== "job";
}

/** The entry's schedules as a list. */
export function schedulesOf(entry: PipelineEntry): readonly string[] {
  return typeof entry.schedule === "string" ? [entry.schedule] : entry.schedule;
}

/** The entry's stream rules, each as an object; undefined where the tap takes what it takes by itself. */
export function streamRulesOf(entry: Replication): readonly StreamRule[] | undefined {
  return entry.streams?.map((stream) => (typeof stream === "string" ? { stream } : stream));
}
