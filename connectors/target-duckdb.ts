import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetDuckdbSettings,
} from "./settings/target-duckdb";

export type { TargetDuckdbSettings };

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
