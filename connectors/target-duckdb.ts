import { target } from "../src/model/connector";
import { bulkTargetSettings, type BulkTargetSettings } from "./bulk-settings";

/** Settings of {@link targetDuckdb}. */
export interface TargetDuckdbSettings extends BulkTargetSettings {
  /**
   * Path of the database file, such as `warehouse.duckdb`, `md:name` for MotherDuck, or
   * `ducklake:…` for DuckLake.
   */
  readonly path: string;

  /** Database schema for the tables, created if it does not exist. Default: `main`. */
  readonly default_target_schema?: string;

  /** Name of the database. Default: the one that `path` opens. */
  readonly dbname?: string;

  /** Alias of `dbname`. */
  readonly database?: string;

  /** MotherDuck token, as `secret("…")`. Default: the environment variable `MOTHERDUCK_TOKEN`. */
  readonly token?: string;

  /**
   * DuckDB settings, such as `{ memory_limit: "1GB", threads: 2 }`. Default: one thread, and a
   * memory limit that starts at 64 MiB and grows when a load needs more.
   */
  readonly settings?: { readonly [name: string]: string | number | boolean };

  /** Has no effect: a batch always commits all streams. */
  readonly flush_all_streams?: boolean;

  /**
   * Adds metadata columns such as `_sdc_extracted_at`, and handles ACTIVATE_VERSION messages.
   * Default: false.
   */
  readonly add_metadata_columns?: boolean;

  /**
   * Deletes rows that the tap marks as deleted or that are no longer in the source. Implies
   * `add_metadata_columns`. Default: false.
   */
  readonly hard_delete?: boolean;

  /** Levels of nested objects to flatten into columns. Default: 0. */
  readonly data_flattening_max_level?: number;

  /** Fails on a stream without a key. If false, its rows are appended. Default: true. */
  readonly primary_key_required?: boolean;

  /** Has no effect: DuckDB checks every value. */
  readonly validate_records?: boolean;

  /** Folder for batch files. Default: the system's temporary folder. */
  readonly temp_dir?: string;

  /** Has no effect: batches are not CSV files. */
  readonly delimiter?: string;

  /** Has no effect: batches are not CSV files. */
  readonly quotechar?: string;
}

/**
 * Loads into a DuckDB file, MotherDuck or DuckLake with the bulk connector: DuckDB parses the
 * records. One table per stream, merged by the key of the stream.
 *
 * Times with an offset are stored in UTC, because DuckDB's `TIMESTAMP` has no offset.
 *
 * @example `targetDuckdb({ path: "warehouse.duckdb" })`
 */
export const targetDuckdb = target<TargetDuckdbSettings>({
  name: "target-duckdb",
  bulk: "target_duckdb",
  requirements: ["duckdb==1.5.6", "msgspec==0.23.0"],
  settings: {
    ...bulkTargetSettings,
    path: "string",
    default_target_schema: "string",
    dbname: "string",
    database: "string",
    token: "string",
    settings: "json",
    flush_all_streams: "boolean",
    add_metadata_columns: "boolean",
    hard_delete: "boolean",
    data_flattening_max_level: "number",
    primary_key_required: "boolean",
    validate_records: "boolean",
    temp_dir: "string",
    delimiter: "string",
    quotechar: "string",
  },
  required: ["path"],
  defaults: { default_target_schema: "main" },
  destination: ["path", "dbname", "database", "default_target_schema", "schema_mapping"],
  trial: { path: "{directory}/trial.duckdb" },
  // DuckDB locks its file: a second process cannot open it.
  singleWriter: true,
  limitations: [
    {
      cases: ["decimal_38"],
      outcome: "differs",
      text: "Numbers are stored as `DOUBLE`, which keeps 15 to 17 digits. For more digits, let the tap send them as text, for example with `use_singer_decimal` of tap-postgres.",
    },
    {
      cases: ["number_38"],
      outcome: "rejected",
      text: "Integers that the tap declares as a number and that a `DOUBLE` would round.",
    },
    {
      cases: ["stream_mixed", "stream_dot", "column_mixed", "mixed_case_again"],
      outcome: "differs",
      text: "Names of tables and columns are in lower case; a dot in a stream's name becomes `_`. The table of a stream `SCHEMA-TABLE` is named `TABLE`.",
    },
    {
      cases: ["stream_schema", "stream_case", "column_case"],
      outcome: "rejected",
      text: "Two streams that would be loaded into the same table, such as `first-things` and `second-things`, and two columns whose names differ only in case. Streams of several schemas can be told apart with `schema_mapping`.",
    },
    {
      cases: ["version_next"],
      outcome: "differs",
      text: "ACTIVATE_VERSION is ignored without `add_metadata_columns`: rows deleted in the source stay. With it, they are marked in `_sdc_deleted_at`, or deleted with `hard_delete`.",
    },
  ],
});
