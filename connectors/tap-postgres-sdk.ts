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

/** Settings of {@link tapPostgresSdk}. */
export interface TapPostgresSdkSettings
  extends PostgresConnection, SdkSettings, SdkFlattenedNames, SdkBatches {
  /** Database schemas to read. Default: all. */
  readonly filter_schemas?: readonly string[];

  /** Replication method of tables for which the pipeline sets none. Default: `FULL_TABLE`. */
  readonly default_replication_method?: "FULL_TABLE" | "INCREMENTAL" | "LOG_BASED";

  /** Maximum number of records per stream and run. Default: no limit. */
  readonly max_record_count?: number;

  /**
   * Sends dates and times as text, for years that Python does not support (`Year is out of range`).
   * Default: false.
   */
  readonly dates_as_string?: boolean;

  /**
   * Declares json and jsonb columns as objects instead of any JSON. A target that validates records
   * then rejects arrays, text and numbers in these columns. Default: false.
   */
  readonly json_as_object?: boolean;

  /**
   * Sends decimals as text with the format `x-singer.decimal`, so that all digits are kept.
   * Default: false.
   */
  readonly use_singer_decimal?: boolean;

  /**
   * Conditions by stream, combined with AND. Default: none.
   * @example `{ "public-orders": { custom_where_clauses: ["amount > 0"] } }`
   */
  readonly stream_options?: {
    readonly [stream: string]: { readonly custom_where_clauses?: readonly string[] };
  };

  /**
   * Replication slot for `LOG_BASED`: letters, digits and `_`, different for each pipeline.
   * Default: `tappostgres`.
   */
  readonly replication_slot_name?: string;

  /** Longest time that a `LOG_BASED` run reads the log, in seconds. Default: 600. */
  readonly replication_max_run_seconds?: number;

  /** Seconds without a change after which a `LOG_BASED` run ends. Default: 60. */
  readonly replication_idle_exit_seconds?: number;

  /** Reads the log once for all `LOG_BASED` streams instead of once per stream. Default: false. */
  readonly log_based_single_connection?: boolean;

  /**
   * Reads a `LOG_BASED` table in full before its log. Requires `log_based_single_connection`.
   * Default: false.
   */
  readonly auto_bootstrap_log_based?: boolean;
}

/**
 * Extracts from PostgreSQL with the published meltanolabs-tap-postgres: for stream maps, flattening
 * and `LOG_BASED`. {@link tapPostgres} is many times faster. Streams are named `<schema>-<table>`.
 *
 * The tap selects no streams by default: list them in the pipeline's `streams`.
 *
 * @example
 *   `tapPostgresSdk({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" })`
 */
export const tapPostgresSdk = tap<TapPostgresSdkSettings>({
  name: "tap-postgres-sdk",
  stateName: "tap-postgres",
  package: "meltanolabs-tap-postgres",
  version: "0.10.0",
  // The Singer SDK writes messages with it if it is installed.
  extraPackages: ["msgspec==0.23.0"],
  executable: "tap-postgres",
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
