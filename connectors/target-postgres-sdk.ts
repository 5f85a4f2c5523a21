import { target } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TargetPostgresSdkSettings,
} from "./settings/target-postgres-sdk";

export type { TargetPostgresSdkSettings };

/**
 * Loads into PostgreSQL with the published meltanolabs-target-postgres: for stream maps and
 * flattening. {@link targetPostgres} is many times faster. One table per stream, upserted by the key
 * of the stream.
 *
 * @example
 *   `targetPostgresSdk({ host: "dwh", user: "etl", password: secret("dwh-password"), database: "dwh", default_target_schema: "raw" })`
 */
export const targetPostgresSdk = target<TargetPostgresSdkSettings>({
  name: "target-postgres-sdk",
  stateName: "target-postgres",
  package: "meltanolabs-target-postgres",
  version: "0.8.1",
  extraPackages: ["fastjsonschema==2.22.3"],
  launcher: "target_postgres.py",
  python: { min: "3.10" },
  settings,
  required,
  settingsSchema,
  defaults: { use_copy: true },
  concurrentSetup: true,
  destination: ["host", "port", "database", "sqlalchemy_url", "default_target_schema"],
  limitations: [
    {
      cases: ["int_38", "int_10_38"],
      outcome: "rejected",
      text: "Integers beyond 64 bits: integer columns are `bigint`.",
    },
    {
      cases: ["text_nul", "json_escape"],
      outcome: "rejected",
      text: "PostgreSQL cannot store U+0000. For text, set `sanitize_null_text_characters`, which replaces it with U+FFFD. In JSON, remove it in the source.",
    },
    {
      cases: ["date_bc", "date_far", "date_infinity", "moment_bc", "moment_far", "moment_infinity"],
      outcome: "rejected",
      text: "Dates and timestamps that Python does not support: before year 1, after year 9999, infinite. Let the tap send them as text, for example with `dates_as_string` of tap-postgres.",
    },
    {
      cases: ["stream_schema"],
      outcome: "rejected",
      text: "Two streams that would be loaded into the same table, such as `first-things` and `second-things`: the table is named after the last part of the stream's name.",
    },
    {
      cases: ["stream_64", "column_64"],
      outcome: "rejected",
      text: "Names longer than 63 bytes, which is PostgreSQL's limit.",
    },
    {
      cases: ["type_changes"],
      outcome: "rejected",
      text: "A column whose type changes to one that PostgreSQL cannot convert. Change the column or drop the table, then run with `--full-refresh`.",
    },
    {
      cases: ["version_next"],
      outcome: "differs",
      text: "Rows deleted in the source stay, with the time in `_sdc_deleted_at`. With `hard_delete`, they are deleted.",
    },
  ],
});
