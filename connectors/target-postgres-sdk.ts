import { target } from "../src/model/connector";
import { postgresConnection, type PostgresConnection } from "./postgres";
import { sdkTargetSettings, type SdkTargetSettings } from "./sdk";

/** Settings of {@link targetPostgresSdk}. */
export interface TargetPostgresSdkSettings extends PostgresConnection, SdkTargetSettings {
  /**
   * Database schema for the tables, such as `raw`, created if it does not exist. Default: `melty`.
   */
  readonly default_target_schema?: string;

  /** Inserts rows with COPY, which is faster. Default: true. */
  readonly use_copy?: boolean;

  /**
   * Handles ACTIVATE_VERSION messages, with which a tap reports that it has read a full table: rows
   * that are no longer in the source are marked or deleted. Default: true.
   */
  readonly activate_version?: boolean;

  /** Processes ACTIVATE_VERSION messages at all. Default: true. */
  readonly process_activate_version_messages?: boolean;

  /**
   * Deletes rows that are no longer in the source, instead of setting `_sdc_deleted_at`. Default:
   * false.
   */
  readonly hard_delete?: boolean;

  /** Stores text that the schema declares as base64 as bytes. Default: false. */
  readonly interpret_content_encoding?: boolean;

  /** Replaces the character U+0000, which PostgreSQL cannot store in text. Default: false. */
  readonly sanitize_null_text_characters?: boolean;
}

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
  settings: {
    ...postgresConnection,
    ...sdkTargetSettings,
    default_target_schema: "string",
    use_copy: "boolean",
    activate_version: "boolean",
    process_activate_version_messages: "boolean",
    hard_delete: "boolean",
    interpret_content_encoding: "boolean",
    sanitize_null_text_characters: "boolean",
  },
  required: [],
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
