import type { JsonText } from "../common/json";
import type { RunSummary } from "../store/runs/runs";

/** A run, as far as a table of pipelines shows it. */
export interface RunFact {
  readonly run: string;
  /** `waiting` until it has the pipeline's lock. */
  readonly status: RunSummary["status"] | "waiting";
  /** When it began or was asked for, RFC 3339 in UTC. */
  readonly started: string;
  /** Why its pods do not start, such as `ImagePullBackOff`. Default: not known. */
  readonly stuck?: string | null;
  /** Since when nothing has moved in it, RFC 3339 in UTC. Default: something moves, or it is not known. */
  readonly silentSince?: string;
}

/** What is known of a pipeline, wherever it runs. */
export interface PipelineFacts {
  readonly name: string;
  /** Whether it is in the array, on the cluster, or both; on this machine there is the array alone. */
  readonly where: "both" | "array" | "cluster";
  readonly schedules: readonly string[];
  readonly timezone: string;
  /** Why Argo never starts the schedule; null where it is valid. */
  readonly invalid: string | null;
  readonly suspended: boolean;
  /** Since when the schedule has been there as it is, RFC 3339; null where nothing starts runs by itself. */
  readonly since: string | null;
  /** Newest first. */
  readonly runs: readonly RunFact[];
  /** How the newest run that has ended went; null where there is none. */
  readonly last: LastRun | null;
  /** Runs that failed since the last one that succeeded. */
  readonly failures: number;
}

/** How a run that has ended went. */
export interface LastRun {
  readonly run: string;
  readonly status: RunSummary["status"];
  readonly started: string;
  readonly seconds: number | null;
  /** Null where the run left no summary, as for `bytes` and `state`. */
  readonly records: number | null;
  readonly bytes: number | null;
  /** What it left out, a phrase each. */
  readonly leftOut: readonly string[];
  /** Files of BATCH messages whose rows are not counted. */
  readonly uncountedFiles: number;
  /** Singer state in force after it; null for none. */
  readonly state: JsonText | null;
  /** Streams whose bookmarks it keeps although they were not replicated. Default: none. */
  readonly unselected?: readonly string[];
  readonly error: string | null;
}

/** How many runs failed since the last one that succeeded; cancelled ones do not count either way. */
export function failuresOf(runs: readonly Pick<RunFact, "status">[]): number {
  const ended = runs.filter(({ status }) => status === "failed" || status === "succeeded");
  const success = ended.findIndex(({ status }) => status === "succeeded");
  return success === -1 ? ended.length : success;
}
