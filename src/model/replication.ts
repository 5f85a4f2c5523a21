import type { Tap, Target } from "./connector";
import type { ContainerArgs, EntryBase, Resources } from "./entry";
import type { IdleTimeout } from "./idle-timeout";
import type { Duration } from "./units";

/** Replication method of a stream, as in Singer catalogs. */
export type ReplicationMethod = "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

/** Selects a stream, or several by a pattern. The tap must have a catalog. */
export interface StreamRule {
  /** Name of the stream in the tap's catalog; `*` matches any text. Example: `"public-orders"`. */
  readonly stream: string;

  /** Replication method. Default: the one in the tap's catalog. */
  readonly replicationMethod?: ReplicationMethod;

  /**
   * Column that identifies new and changed rows. Example: `"updated_at"`. Default: the one in the
   * tap's catalog.
   */
  readonly replicationKey?: string;

  /** Properties to include; `*` matches any text. Default: all. */
  readonly include?: readonly string[];

  /** Properties to exclude from those included. Example: `["*_secret", "ssn"]`. Default: none. */
  readonly exclude?: readonly string[];
}

/** Expectations of a run's data. A run that does not meet them fails. */
export interface Expectations {
  /**
   * Minimum number of records of a run, checked before the load (in stream mode before the state is
   * saved). Records of resumed attempts are added up. Default: 0.
   */
  readonly minRecords?: number;

  /**
   * Maximum age of each selected stream's bookmark after a run, for bookmarks that are dates or
   * times. A bookmark in the future in every time zone fails too. Example: `"2d"`. Default: no
   * limit.
   */
  readonly maxStaleness?: Duration;
}

/** A container that runs after the load and can read the run's outputs and state. */
export interface FollowUp extends ContainerArgs {
  /**
   * Name, unique among the follow-ups of the pipeline: lowercase letters, digits and `-`. Example:
   * `"dbt"`.
   */
  readonly name: string;

  /** Follow-up that must succeed first. Default: the previous one in the list. */
  readonly after?: string;

  /** Longest duration. Default: `1h`. */
  readonly deadline?: Duration;
}

/**
 * How data travels from tap to target.
 *
 * - `artifact`: the tap's raw output is saved to the object store and then loaded. A failed load is
 *   retried without
 *   reading the source again, and an extract can be loaded again later.
 * - `stream`: tap and target run in parallel, and only the state is saved. For extracts too large
 *   to store.
 */
export type Mode = "artifact" | "stream";

/**
 * Moves data from a source to a destination with a Singer tap and a Singer target.
 *
 * @example
 * ```ts
 * {
 *   name: "orders",
 *   schedule: "0 6 * * *",
 *   tap: tapPostgres({ host: "db", database: "shop", user: "etl", password: secret("shop-password") }),
 *   target: targetDuckdb({ path: "warehouse.duckdb" }),
 *   streams: ["public-orders"],
 * }
 * ```
 */
export interface Replication extends EntryBase {
  /** Kind of the entry. Default: `replication`. */
  readonly kind?: "replication";

  /**
   * Tap that extracts. Example:
   * `tapPostgres({ host: "db", database: "shop", user: "etl", password: secret("shop") })`.
   */
  readonly tap: Tap;

  /** Target that loads. Example: `targetJsonl({})`. */
  readonly target: Target;

  /**
   * Streams to replicate, for taps with a catalog. Default: the streams that the tap selects
   * itself.
   */
  readonly streams?: readonly (string | StreamRule)[];

  /** How data travels from tap to target. Default: `artifact`. */
  readonly mode?: Mode;

  /**
   * Most taps and targets that replicate the selected streams in parallel, 1 to 16, each with a slice
   * of the streams and the `resources` of one. It speeds up connectors that are slower than the
   * databases behind them. The tap must keep a state per stream, and `streams` must be given; where
   * a pipeline cannot run in parallel, `tapctl validate` or the run says why. Default: 1.
   */
  readonly parallel?: number;

  /**
   * Longest time without activity: the tap writes no byte, the target reads none, and neither
   * writes to its log. The attempt then fails and is retried. It does not apply to a target that
   * has read all input and is still storing it; only `deadline` ends that. `never` turns it off.
   * Example: `"2h"`. Default: `30m`.
   */
  readonly idleTimeout?: IdleTimeout;

  /**
   * State to start from until the first state is saved, as an object or as JSON text, which keeps
   * every digit. Not allowed with `configFrom: "store"`, where the state is a file. Default: none.
   *
   * @example `readFileSync("orders-state.json", "utf8")`
   */
  readonly initialState?: { readonly [key: string]: unknown } | string;

  /** Resources of the tap and the target. Default: the defaults of `Resources` for each. */
  readonly resources?: { readonly tap?: Resources; readonly target?: Resources };

  /** Expectations of a run's data. Default: none. */
  readonly expectations?: Expectations;

  /**
   * Containers that run after the load, in order, such as dbt or data-quality checks. Default:
   * none.
   */
  readonly followUps?: readonly FollowUp[];

  /**
   * Where the settings of the connectors come from: `array` is this array, deployed as a Kubernetes
   * Secret; `store` is a set of files under `configs/<pipeline>/` in the object store, managed with
   * `tapctl config put`. Default: `array`.
   */
  readonly configFrom?: "array" | "store";
}
