import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetDuckdbSdkSettings,
} from "./settings/target-duckdb-sdk";

export type { TargetDuckdbSdkSettings };

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
  settings,
  required,
  settingsSchema,
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
