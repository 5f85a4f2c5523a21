import type { JsonText } from "../../common/json";

/** Result of a run; `running` until it has ended. */
export type RunStatus = "running" | "succeeded" | "failed" | "interrupted";

/** A connector of a run. */
export interface RunConnector {
  /** Name, such as `tap-postgres`. */
  readonly name: string;
  /** Version, such as `0.5.0`. */
  readonly version: string;
}

/** Summary of a run: the content of its `summary.json`. */
export interface RunSummary {
  /** Version of the format. */
  readonly version: 1;
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Id of the run. */
  readonly run: string;
  /**
   * Whether the tap's output was stored before it was loaded, or went straight to the target; or a
   * job of a cluster.
   */
  readonly mode: "artifact" | "stream" | "job";
  /** What started the run. */
  readonly trigger: "manual" | "demo" | "schedule" | "backfill" | "retry";
  /** Start, RFC 3339 in UTC. */
  readonly started: string;
  /** Time that the run was scheduled for, RFC 3339 in UTC. Default: it was not started by a schedule. */
  readonly scheduled?: string;
  /** Days that a run of a backfill reads; the last one is exclusive. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Run whose stored extract was loaded again. Default: the source was read. */
  readonly extractOf?: string;
  /** End, RFC 3339 in UTC; null while it is running, or if it was killed. */
  readonly ended: string | null;
  /** Duration; null as for `ended`. */
  readonly seconds: number | null;
  /** Result. */
  readonly status: RunStatus;
  /** Exit code; null as for `ended`. */
  readonly code: number | null;
  /** Error on one line; null if there is none. */
  readonly error: string | null;
  /** Warnings of a run that did not fail because of them. */
  readonly warnings: readonly string[];
  /** Number of attempts of each step. */
  readonly attempts: { readonly extract: number; readonly load: number };
  /** Records by stream. */
  readonly streams: readonly { readonly stream: string; readonly records: number }[];
  /** Total of records. */
  readonly records: number;
  /** Bytes of the tap's output. */
  readonly bytes: number;
  /** Lines of the tap's output that were not Singer messages. */
  readonly badLines: number;
  /** What was skipped or changed on the way to the target, one phrase each. Default: nothing. */
  readonly leftOut?: readonly string[];
  /** Files of BATCH messages whose rows are not counted. Default: 0. */
  readonly uncountedFiles?: number;
  /** Tap of the run. */
  readonly tap: RunConnector;
  /** Target of the run. */
  readonly target: RunConnector;
  /**
   * Streams whose bookmarks the state keeps although the run did not replicate them; left out by
   * older versions.
   */
  readonly unselected?: readonly string[];
  /** Singer state at the start; null for none. */
  readonly stateBefore: JsonText | null;
  /** Saved Singer state after the run; null for none. */
  readonly stateAfter: JsonText | null;
  /** Whether the run saved a state. */
  readonly stateCommitted: boolean;
  /** Sizes in bytes of the files that the target wrote, by path. */
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  /** Slices of a parallel run. Default: one tap and one target. */
  readonly slices?: readonly RunSlice[];
  /** How schemas differ from those of the last successful run. Default: they do not. */
  readonly schemaChanges?: readonly SchemaChange[];
  /** Replication slots of the tap, after it has read the log. Default: it has none. */
  readonly slots?: readonly ReplicationSlot[];
  /**
   * Since when nothing has moved in a run that is in progress, RFC 3339 in UTC. Default: something
   * moves, or it is not known.
   */
  readonly silentSince?: string;
  /** How far a run in progress is. Default: not known yet. */
  readonly progress?: RunProgress;
  /** Machine of the run; on a cluster, the name of its Workflow. */
  readonly host: string;
}

/** What a run in progress has moved in its current phase. */
export interface RunProgress {
  readonly phase: "extract" | "load" | "stream";
  readonly bytes: number;
  /** Default: the phase does not count them. */
  readonly records?: number;
  /** Bytes that the phase will move. Default: unknown. */
  readonly total?: number;
  /** When that was, RFC 3339 in UTC. */
  readonly at: string;
}

/** A replication slot in the source of a run. Sizes are unknown for a slot that is missing or lost. */
export interface ReplicationSlot {
  /** Name of the slot. */
  readonly slot: string;
  /** Whether something reads it; a tap does only during a run. */
  readonly active?: boolean;
  /** Bytes of the log that the tap has not confirmed. */
  readonly lagBytes?: number | null;
  /** Bytes of the log that the server keeps for it. */
  readonly retainedBytes?: number | null;
  /** As in `pg_replication_slots`, or `missing`. */
  readonly walStatus: string | null;
  /** Bytes that can be written until it is at risk; null without a limit. */
  readonly safeWalBytes?: number | null;
  /** When it was read, RFC 3339 in UTC. */
  readonly checked: string;
  /** What is wrong with it; null if nothing is. */
  readonly problem: string | null;
}

/** A difference between the schema of a stream and the one that it had in the last successful run. */
export interface SchemaChange {
  readonly stream: string;
  readonly change: "added" | "removed" | "retyped" | "key" | "columns";
  /** Path of the column, e.g. `address.city`; empty for a key. */
  readonly column: string;
  /** Types before, e.g. `string|null`, or the key; null for an added column. */
  readonly before: string | null;
  /** Types now; null for a removed column. */
  readonly after: string | null;
  /** The change in words, without the stream. */
  readonly text: string;
  /** What the pipeline does with it. */
  readonly policy: "load" | "warn" | "fail";
}

/** A part of the streams of a parallel run, with its own tap and target. */
export interface RunSlice {
  /** Number, from 1. */
  readonly slice: number;
  /** Streams by their names in the catalog. */
  readonly streams: readonly string[];
  /** Result of the slice. */
  readonly status: RunStatus;
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Error on one line; null if it succeeded. */
  readonly error: string | null;
}
