import { target } from "../src/model/connector";

/** Settings of {@link targetDuckdb}. */
export interface TargetDuckdbSettings {
  /** The database: a file, such as `warehouse.duckdb`, or MotherDuck as `md:name`. */
  readonly path: string;

  /** Database schema that the tables are made in, made where it is missing. Default: `main`. */
  readonly default_target_schema?: string;

  /** Database schemas by the first part of stream names of the form `<schema>-<table>`; they win over the default. */
  readonly schema_mapping?: { readonly [schema: string]: { readonly target_schema: string } };

  /** Name of the database. Default: the name of the file without its ending. */
  readonly dbname?: string;

  /** The same as `dbname`. */
  readonly database?: string;

  /** Token for MotherDuck: `secret("…")`. Default: the environment variable `MOTHERDUCK_TOKEN`. */
  readonly token?: string;

  /** Settings of DuckDB itself, such as `{ memory_limit: "1GB" }`. Default: none. */
  readonly settings?: { readonly [name: string]: string | number | boolean };

  /** Rows of one batch. Default: 100000. */
  readonly batch_size_rows?: number;

  /** Write all streams when the batch of one is full. Default: false. */
  readonly flush_all_streams?: boolean;

  /** Add columns such as `_sdc_extracted_at`. Default: false. */
  readonly add_metadata_columns?: boolean;

  /** Delete rows that the tap marks as deleted; turns `add_metadata_columns` on. Default: false. */
  readonly hard_delete?: boolean;

  /** Levels of nested objects that become columns. Default: 0. */
  readonly data_flattening_max_level?: number;

  /** Fail on a stream without a key; false appends its rows. Default: true. */
  readonly primary_key_required?: boolean;

  /** Hold every record to its schema before it is loaded. Default: false. */
  readonly validate_records?: boolean;

  /** Folder of the files that batches pass through. Default: the system's. */
  readonly temp_dir?: string;

  /** No effect: the format of those files is fixed. */
  readonly delimiter?: string;

  /** No effect: the format of those files is fixed. */
  readonly quotechar?: string;
}

/**
 * Loads into a DuckDB file, or MotherDuck, with target-duckdb: a table per stream, merged by the stream's key.
 *
 * A launcher gives DuckDB the exact format of each batch, so that it keeps every row and empty text. Times with an offset
 * are stored in UTC, because DuckDB's `TIMESTAMP` has none.
 *
 * @example `targetDuckdb({ path: "warehouse.duckdb" })`
 */
export const targetDuckdb = target<TargetDuckdbSettings>({
  name: "target-duckdb",
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
