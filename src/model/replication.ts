import type { Tap, Target } from "./connector";
import type { ContainerArgs, EntryBase, Resources } from "./entry";
import type { IdleTimeout } from "./idle-timeout";
import type { Duration } from "./units";

/** How a stream is read, as in Singer catalogs. */
export type ReplicationMethod = "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

/** A stream, or several by a pattern, and what is taken of it. It needs a tap that has a catalog. */
export interface StreamRule {
  /** Name of the stream as the tap's catalog has it; `*` stands for any text. Example: `"public-orders"`. */
  readonly stream: string;

  /** How it is read. Default: what the tap's catalog says. */
  readonly replicationMethod?: ReplicationMethod;

  /** Column that tells new rows from old. Default: what the tap's catalog says. Example: `"updated_at"`. */
  readonly replicationKey?: string;

  /** Properties to take; `*` stands for any text. Default: all. */
  readonly include?: readonly string[];

  /** Properties to leave out, after `include`. Default: none. Example: `["*_secret", "ssn"]`. */
  readonly exclude?: readonly string[];
}

/** What a run's data must be like; where it is not, the run fails. */
export interface Expectations {
  /**
   * Fewest records of a run, checked before anything is loaded (in stream mode before the state is saved). Attempts of a
   * stream that are resumed count together. Default: 0.
   */
  readonly minRecords?: number;

  /** Greatest age that the bookmark of a stream may have after a run, where bookmarks are dates or times: each selected stream is checked, and a bookmark that is in the future in every timezone fails too. Default: any. Example: `"2d"`. */
  readonly maxStaleness?: Duration;
}

/** A container that runs after the load, with the run's outputs and state to read. */
export interface FollowUp extends ContainerArgs {
  /** Unique among the follow-ups of the pipeline: lower-case letters, digits and `-`. Example: `"dbt"`. */
  readonly name: string;

  /** The follow-up that must have succeeded before. Default: the one before it in the list. */
  readonly after?: string;

  /** Longest time that it may take. Default: `1h`. */
  readonly deadline?: Duration;
}

/**
 * How the data travels.
 *
 * - `artifact`: the tap's raw output is kept in the object store, then loaded. A failed load is tried again without
 *   asking the source, and an extract can be loaded once more later.
 * - `stream`: tap and target run at the same time and nothing is kept but the state: for extracts too large to keep.
 */
export type Mode = "artifact" | "stream";

/** Data from a source to a destination, by a Singer tap and a Singer target. */
export interface Replication extends EntryBase {
  /** Default: `replication`. */
  readonly kind?: "replication";

  /** What extracts. Example: `tapPostgres({ host: "db", database: "shop", user: "etl", password: secret("shop") })`. */
  readonly tap: Tap;

  /** What loads. Example: `targetJsonl({})`. */
  readonly target: Target;

  /** Streams to take, for taps that have a catalog. Default: what the tap takes by itself. */
  readonly streams?: readonly (string | StreamRule)[];

  /** How the data travels. Default: `artifact`. */
  readonly mode?: Mode;

  /**
   * Longest time in which nothing moves: the tap sends no byte, the target reads none, and neither writes a line to its
   * log. The attempt then fails and is retried like any other. It does not apply to a target that has read everything
   * and stores it; only `deadline` ends that. `never` turns it off. Default: `30m`. Example: `"2h"`.
   */
  readonly idleTimeout?: IdleTimeout;

  /**
   * State to begin with, as an object or as the JSON text of one, which keeps every digit; it counts only as long as none
   * is saved. With `configFrom: "store"` it is a file there. Default: none.
   *
   * @example `readFileSync("orders-state.json", "utf8")`
   */
  readonly initialState?: { readonly [key: string]: unknown } | string;

  /** What the tap and the target may use. Default: those of `Resources` for each. */
  readonly resources?: { readonly tap?: Resources; readonly target?: Resources };

  /** What a run's data must be like. Default: anything. */
  readonly expectations?: Expectations;

  /** Containers that run after the load, in order: dbt, data-quality checks, anything. Default: none. */
  readonly followUps?: readonly FollowUp[];

  /**
   * Where the connectors' settings come from: this array, on the cluster by a Kubernetes Secret; or files under
   * `configs/<pipeline>/` in the object store that `tapctl config put` keeps there. Default: `array`.
   */
  readonly configFrom?: "array" | "store";
}
