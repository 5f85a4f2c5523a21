import type { Undelivered } from "../store/runs/undelivered";
import type { JsonText } from "../common/json";
import type { ReplicationSlot, RunSummary } from "../store/runs/run-summary";

/** A run, as shown in a table of pipelines. */
export interface RunFact {
  readonly run: string;
  /** `waiting` until it holds the pipeline's lock. */
  readonly status: RunSummary["status"] | "waiting";
  /** When it started or was requested, RFC 3339 in UTC. */
  readonly started: string;
  /** Why its pods do not start, e.g. `ImagePullBackOff`. Default: unknown. */
  readonly stuck?: string | null;
  /** When its last activity was, if it is silent: RFC 3339 in UTC. Default: active or unknown. */
  readonly silentSince?: string;
}

/** Facts about a pipeline, local or on a cluster. */
export interface PipelineFacts {
  readonly name: string;
  /**
   * Whether it is in the array, on the cluster, or both. Local pipelines are always in the array.
   */
  readonly where: "both" | "array" | "cluster";
  readonly schedules: readonly string[];
  readonly timezone: string;
  /** Why Argo never starts the schedule; null if it is valid. */
  readonly invalid: string | null;
  readonly suspended: boolean;
  /** When the schedule was created or last changed, RFC 3339; null if it has none. */
  readonly since: string | null;
  /** Newest first. */
  readonly runs: readonly RunFact[];
  /** The newest finished run; null if there is none. */
  readonly last: LastRun | null;
  /** What of its newest notification did not reach a channel. Default: nothing, or not known. */
  readonly undelivered?: Undelivered;
  /** Failed runs since the last successful one. */
  readonly failures: number;
}

/** A finished run. */
export interface LastRun {
  readonly run: string;
  readonly status: RunSummary["status"];
  readonly started: string;
  readonly seconds: number | null;
  /** Null if the run left no summary, as for `bytes` and `state`. */
  readonly records: number | null;
  readonly bytes: number | null;
  /** What it skipped, one phrase each. */
  readonly leftOut: readonly string[];
  /** How schemas changed, one phrase each. Default: they did not. */
  readonly schemaChanges?: readonly string[];
  /** Replication slots of its tap. Default: none. */
  readonly slots?: readonly ReplicationSlot[];
  /** Files of BATCH messages, whose records are not counted. */
  readonly uncountedFiles: number;
  /** Singer state that is valid after it; null if there is none. */
  readonly state: JsonText | null;
  /** Streams whose bookmarks it kept without replicating them. Default: none. */
  readonly unselected?: readonly string[];
  readonly error: string | null;
}

/** Number of failed runs since the last successful one; canceled runs are ignored. */
export function failuresOf(runs: readonly Pick<RunFact, "status">[]): number {
  const ended = runs.filter(({ status }) => status === "failed" || status === "succeeded");
  const success = ended.findIndex(({ status }) => status === "succeeded");
  return success === -1 ? ended.length : success;
}
