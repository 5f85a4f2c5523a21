import { target } from "../src/model/define-connector";

/** Settings of {@link targetDuckdbSdk}. */
export interface TargetDuckdbSdkSettings {
  /** Path of the database file, such as `warehouse.duckdb`, or `md:name` for MotherDuck. */
  readonly path: string;

  /** Database schema for the tables, created if it does not exist. Default: `main`. */
  readonly default_target_schema?: string;

  /**
   * Database schemas by the first part of stream names of the form `<schema>-<table>`. They take
   * precedence over `default_target_schema`. Default: none.
   */
  readonly schema_mapping?: { readonly [schema: string]: { readonly target_schema: string } };

  /** Name of the database. Default: the file name without its extension. */
  readonly dbname?: string;

  /** Alias of `dbname`. */
  readonly database?: string;

  /** MotherDuck token, as `secret("…")`. Default: the environment variable `MOTHERDUCK_TOKEN`. */
  readonly token?: string;

  /** DuckDB settings, such as `{ memory_limit: "1GB" }`. Default: none. */
  readonly settings?: { readonly [name: string]: string | number | boolean };

  /** Rows per batch. Default: 100000. */
  readonly batch_size_rows?: number;

  /** Writes the batches of all streams when one of them is full. Default: false. */
  readonly flush_all_streams?: boolean;

  /** Adds metadata columns such as `_sdc_extracted_at`. Default: false. */
  readonly add_metadata_columns?: boolean;

  /** Deletes rows that the tap marks as deleted. Implies `add_metadata_columns`. Default: false. */
  readonly hard_delete?: boolean;

  /** Levels of nested objects to flatten into columns. Default: 0. */
  readonly data_flattening_max_level?: number;

  /** Fails on a stream without a key. If false, its rows are appended. Default: true. */
  readonly primary_key_required?: boolean;

  /** Validates every record against its schema before loading it. Default: false. */
  readonly validate_records?: boolean;

  /** Folder for batch files. Default: the system's temporary folder. */
  readonly temp_dir?: string;

  /** Has no effect: the format of batch files is fixed. */
  readonly delimiter?: string;

  /** Has no effect: the format of batch files is fixed. */
  readonly quotechar?: string;
}

/**
 * Loads into a DuckDB file or MotherDuck with the published target-duckdb. {@link targetDuckdb} is
 * many times faster and keeps every value. One table per stream, merged by the
 * key of the stream.
 *
 * A launcher passes DuckDB the exact format of each batch, so that every row and empty text is
 * kept. Times with an offset are stored in UTC, because DuckDB's `TIMESTAMP` has no offset.
 *
 * @example `targetDuckdbSdk({ path: "warehouse.duckdb" })`
 */
export const targetDuckdbSdk = target<TargetDuckdbSdkSettings>({
  name: "target-duckdb-sdk",
  stateName: "target-duckdb",
  package: "target-duckdb",
  version: "0.8.0",
  launcher: "target_duckdb.py",
  settings: {
    path: "string",
    default_target_schema: "string",
    schema_mapping: "json",
    dbname: "string",
    database: "string",
    token: "string",
    settings: "json",
    batch_size_rows: "number",
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
      text: "Integers that the tap declares as a number (as tap-postgres does for `numeric`) and that a `DOUBLE` would round.",
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
    { cases: ["stream_quote"], outcome: "rejected", text: "A stream with a quote in its name." },
    {
      cases: ["type_changes"],
      outcome: "differs",
      text: "If the type of a column changes, the old values stay in a column whose name ends with the time of the change, and a column of the new type is added. Run with `--full-refresh` afterwards.",
    },
    {
      cases: ["version_next"],
      outcome: "differs",
      text: "ACTIVATE_VERSION is ignored: rows deleted in the source stay.",
    },
  ],
});
