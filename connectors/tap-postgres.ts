import { tap } from "../src/model/connector";
import { postgresConnection, type PostgresConnection } from "./postgres";
import {
  sdkBatches,
  sdkFlattenedNames,
  sdkSettings,
  type SdkBatches,
  type SdkFlattenedNames,
  type SdkSettings,
} from "./sdk";

/** Settings of {@link tapPostgres}. */
export interface TapPostgresSettings
  extends PostgresConnection, SdkSettings, SdkFlattenedNames, SdkBatches {
  /** Database schemas that are read. Default: all. */
  readonly filter_schemas?: readonly string[];

  /** How tables are read for which the pipeline does not say it. Default: `FULL_TABLE`. */
  readonly default_replication_method?: "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

  /** Most records of one stream and run. Default: no limit. */
  readonly max_record_count?: number;

  /** Dates and times as text; for years that Python cannot hold (`Year is out of range`). Default: false. */
  readonly dates_as_string?: boolean;

  /**
   * Describe columns of type json and jsonb as objects instead of any JSON. They may hold objects alone then: a target
   * that validates records rejects arrays, text and numbers in them. Default: false.
   */
  readonly json_as_object?: boolean;

  /** Numbers with many digits as text of the format `x-singer.decimal`, so that none is lost. Default: false. */
  readonly use_singer_decimal?: boolean;

  /**
   * Conditions by stream, joined by AND.
   * @example `{ "public-orders": { custom_where_clauses: ["amount > 0"] } }`
   */
  readonly stream_options?: {
    readonly [stream: string]: { readonly custom_where_clauses?: readonly string[] };
  };

  /** Replication slot of `LOG_BASED`: letters, digits and `_`, one per pipeline. Default: `tappostgres`. */
  readonly replication_slot_name?: string;

  /** Longest time that a `LOG_BASED` run reads the log, in seconds. Default: 600. */
  readonly replication_max_run_seconds?: number;

  /** Time without a change after which a `LOG_BASED` run ends, in seconds. Default: 60. */
  readonly replication_idle_exit_seconds?: number;

  /** Read the log once for all `LOG_BASED` streams instead of once for each. Default: false. */
  readonly log_based_single_connection?: boolean;

  /** Read a `LOG_BASED` table in full before its log; with `log_based_single_connection`. Default: false. */
  readonly auto_bootstrap_log_based?: boolean;
}

/**
 * Extracts from PostgreSQL with meltanolabs-tap-postgres. Streams are called `<schema>-<table>`.
 *
 * Without a selection of streams this tap extracts nothing: name them in the pipeline's `streams`.
 *
 * @example `tapPostgres({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" })`
 */
export const tapPostgres = tap<TapPostgresSettings>({
  name: "tap-postgres",
  package: "meltanolabs-tap-postgres",
  version: "0.10.0",
  python: { min: "3.10" },
  settings: {
    ...postgresConnection,
    ...sdkSettings,
    ...sdkFlattenedNames,
    ...sdkBatches,
    filter_schemas: "json",
    default_replication_method: "string",
    max_record_count: "number",
    dates_as_string: "boolean",
    json_as_object: "boolean",
    use_singer_decimal: "boolean",
    stream_options: "json",
    replication_slot_name: "string",
    replication_max_run_seconds: "number",
    replication_idle_exit_seconds: "number",
    log_based_single_connection: "boolean",
    auto_bootstrap_log_based: "boolean",
  },
  required: [],
  location: ["host", "port", "database", "sqlalchemy_url"],
  limitations: [
    {
      cases: ["float_nan", "float_infinity", "numeric_nan"],
      outcome: "differs",
      text: "NaN and infinite numbers are sent as NULL, because JSON does not support them.",
    },
    {
      cases: ["date_bc", "date_far", "moment_bc", "moment_far"],
      outcome: "rejected",
      text: "Python does not support dates before year 1 or after year 9999. With `dates_as_string`, they are sent as text, and the column in the destination is text.",
    },
    {
      cases: ["date_infinity", "moment_infinity"],
      outcome: "differs",
      text: "An infinite date or timestamp is sent as the last moment of year 9999.",
    },
    { cases: ["json_null"], outcome: "differs", text: "JSON `null` is sent as NULL." },
    {
      cases: ["resume_unchanged"],
      outcome: "differs",
      text: "An incremental run sends the rows with the saved bookmark again. A target that replaces rows by key stores them once. A target that appends, such as a file target, stores them again with every run.",
    },
  ],
});
