import { tap } from "../src/model/connector";
import { postgresConnection, type PostgresConnection } from "./postgres";
import { sdkOnly } from "./sdk";

/** Settings of {@link tapPostgres}. */
export interface TapPostgresSettings extends PostgresConnection {
  /** Database schemas to read. Default: all. */
  readonly filter_schemas?: readonly string[];

  /** Replication method of tables for which the pipeline sets none. Default: `FULL_TABLE`. */
  readonly default_replication_method?: "FULL_TABLE" | "INCREMENTAL";

  /** Maximum number of records per stream and run. Default: no limit. */
  readonly max_record_count?: number;

  /**
   * Options by stream: conditions, combined with AND, and `lookback` as below. Default: none.
   * @example `{ "public-orders": { where: "amount > 0", lookback: 3600 } }`
   */
  readonly stream_options?: {
    readonly [stream: string]: {
      readonly custom_where_clauses?: readonly string[];
      readonly where?: string;
      readonly lookback?: number;
    };
  };

  /**
   * How far before the bookmark an incremental run starts, for rows that were committed late: in
   * seconds for dates and timestamps, in units of the key for numbers. Default: 0.
   */
  readonly lookback?: number;

  /**
   * Connections that read a large table in parallel, each a range of its pages. PostgreSQL 14 or
   * newer. Default: 2.
   */
  readonly connections?: number;

  /** Longest time of one statement; 0 for no limit. Default: as the server sets it. */
  readonly statement_timeout_seconds?: number;

  /** Longest wait for a table that another session has locked; 0 for no limit. Default: 60. */
  readonly lock_timeout_seconds?: number;

  /** How often a statement that a replica canceled is tried again. Default: 3. */
  readonly conflict_retries?: number;

  /** Declares dates and timestamps as text and sends them as PostgreSQL writes them. Default: false. */
  readonly dates_as_string?: boolean;

  /**
   * Declares json and jsonb columns as objects instead of any JSON. A target that validates records
   * then rejects arrays, text and numbers in these columns. Default: false.
   */
  readonly json_as_object?: boolean;

  /**
   * Sends decimals as text with the format `x-singer.decimal`, so that targets that store numbers as
   * floating point keep all digits. Default: false.
   */
  readonly use_singer_decimal?: boolean;
}

/**
 * Extracts from PostgreSQL with the bulk connector: the server writes the records. Streams are named
 * `<schema>-<table>`.
 *
 * The tap selects no streams by default: list them in the pipeline's `streams`. For `LOG_BASED` and
 * stream maps, use {@link tapPostgresSdk}, which continues the same saved state.
 *
 * @example
 *   `tapPostgres({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" })`
 */
export const tapPostgres = tap<TapPostgresSettings>({
  name: "tap-postgres",
  bulk: "tap_postgres",
  requirements: ["asyncssh==2.24.1", "bcrypt==5.0.0", "psycopg[binary]==3.3.9"],
  settings: {
    ...postgresConnection,
    filter_schemas: "json",
    default_replication_method: "string",
    max_record_count: "number",
    stream_options: "json",
    lookback: "number",
    connections: "number",
    statement_timeout_seconds: "number",
    lock_timeout_seconds: "number",
    conflict_retries: "number",
    dates_as_string: "boolean",
    json_as_object: "boolean",
    use_singer_decimal: "boolean",
  },
  settingsElsewhere: sdkOnly("tapPostgresSdk", [
    "batch_config",
    "replication_slot_name",
    "replication_max_run_seconds",
    "replication_idle_exit_seconds",
    "log_based_single_connection",
    "auto_bootstrap_log_based",
  ]),
  methodsElsewhere: { LOG_BASED: "Use tapPostgresSdk, which has it." },
  required: [],
  location: ["host", "port", "database", "sqlalchemy_url"],
  limitations: [
    { cases: ["json_null"], outcome: "differs", text: "JSON `null` is sent as NULL." },
    {
      cases: ["resume_unchanged"],
      outcome: "differs",
      text: "An incremental run sends the rows with the saved bookmark again. A target that replaces rows by key stores them once. A target that appends, such as a file target, stores them again with every run.",
    },
  ],
});
