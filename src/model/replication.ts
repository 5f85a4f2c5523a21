import type { Tap, Target } from "./connector";
import type { ContainerArgs, EntryBase, Resources } from "./entry";
import type { IdleTimeout } from "./idle-timeout";
import type { SecretReference } from "./connector-settings";
import type { Expectations, SchemaChangePolicy, StreamList, StreamMap } from "./streams";
import type { Bytes, Duration } from "./units";

/** A container that runs after the load and can read the run's outputs and state. */
export interface FollowUp extends ContainerArgs {
  /**
   * Name, unique among the follow-ups of the pipeline: lowercase letters, digits and `-`. Example:
   * `"dbt"`.
   */
  readonly name: string;

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

/** How runs use a discovered catalog. */
export interface CatalogOptions {
  /** Age from which a run discovers again and stores the catalog. Example: `"1d"`. */
  readonly maxAge: Duration;
}

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
   * Streams to replicate: an object with options by stream or pattern, or a list of names and
   * rules. `tapctl discover` writes a typed function for the object form. A tap without a catalog
   * supports only the options of its data, such as `mask`. Default: the streams that the tap
   * selects itself.
   *
   * @example `{ "public-orders": { key: "updated_at", columns: ["*", "!card_number"] }, "public-log_*": "ignore" }`
   */
  readonly streams?: StreamList | StreamMap;

  /** What a run does when the schema of a stream has changed. Default: `load`. */
  readonly onSchemaChange?: SchemaChangePolicy;

  /**
   * How long runs use a discovered catalog before they discover again. Without it they use the one
   * that `tapctl discover` stored, or discover each time if there is none. Example: `{ maxAge: "1d" }`.
   * Default: none.
   */
  readonly catalog?: CatalogOptions;

  /**
   * Secret salt of masked values, required with `mask: { … : "hash" }`. A value masked with another
   * salt has another hash. Example: `secret("mask-salt")`. Default: none.
   */
  readonly maskSalt?: SecretReference;

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
   * Most WAL that the replication slot of a `LOG_BASED` pipeline may retain in the source. A run that
   * finds more warns and notifies. Example: `"10Gi"`. Default: that of the stack
   * (`tapctl:defaults.maxSlotLag`); without one, no limit.
   */
  readonly maxSlotLag?: Bytes;

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
