import { target } from "../src/model/connector";
import { bulkTargetSettings, type BulkTargetSettings } from "./bulk-settings";
import { postgresConnection, type PostgresConnection } from "./postgres";
import { sdkOnly } from "./sdk";

/** Settings of {@link targetPostgres}. */
export interface TargetPostgresSettings extends PostgresConnection, BulkTargetSettings {
  /**
   * Database schema for the tables, such as `raw`, created if it does not exist. If empty, the
   * first part of a stream name such as `public-orders`. Default: `melty`.
   */
  readonly default_target_schema?: string;

  /**
   * The modes by their names in the published target: `overwrite` is `replace`; `append-only` and
   * `upsert` replace rows with the same key and append rows of streams without a key. Default:
   * `append-only`.
   */
  readonly load_method?: "append-only" | "upsert" | "overwrite";

  /**
   * Adds metadata columns such as `_sdc_extracted_at` and `_sdc_batched_at`. Default: true.
   */
  readonly add_record_metadata?: boolean;

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

  /** Stores text that the schema declares as base16 as bytes. Default: false. */
  readonly interpret_content_encoding?: boolean;

  /** Replaces the character U+0000, which PostgreSQL cannot store in text. Default: false. */
  readonly sanitize_null_text_characters?: boolean;

  /** Role that creates and owns the tables (`SET ROLE`). Default: the user. */
  readonly owner_role?: string;

  /** Longest wait for a lock on a table, in seconds; 0 for no limit. Default: 600. */
  readonly lock_timeout_seconds?: number;

  /** Longest time of one statement, in seconds; 0 for no limit. Default: 0. */
  readonly statement_timeout_seconds?: number;

  /** Has no effect: rows are always loaded with COPY. */
  readonly use_copy?: boolean;

  /** Has no effect: the database checks every value. */
  readonly validate_records?: boolean;
}

/**
 * Loads into PostgreSQL with the bulk connector: COPY into a staging table, then one statement per
 * batch. One table per stream, upserted by the key of the stream.
 *
 * For stream maps and flattening, use {@link targetPostgresSdk}, which continues the same tables
 * and saved state.
 *
 * @example
 *   `targetPostgres({ host: "dwh", user: "etl", password: secret("dwh-password"), database: "dwh", default_target_schema: "raw" })`
 */
export const targetPostgres = target<TargetPostgresSettings>({
  name: "target-postgres",
  bulk: "target_postgres",
  requirements: ["asyncssh==2.24.1", "msgspec==0.23.0", "psycopg[binary]==3.3.9"],
  settings: {
    ...postgresConnection,
    ...bulkTargetSettings,
    default_target_schema: "string",
    load_method: "string",
    add_record_metadata: "boolean",
    activate_version: "boolean",
    process_activate_version_messages: "boolean",
    hard_delete: "boolean",
    interpret_content_encoding: "boolean",
    sanitize_null_text_characters: "boolean",
    owner_role: "string",
    lock_timeout_seconds: "number",
    statement_timeout_seconds: "number",
    use_copy: "boolean",
    validate_records: "boolean",
  },
  settingsElsewhere: sdkOnly("targetPostgresSdk"),
  required: [],
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
      cases: ["stream_schema"],
      outcome: "rejected",
      text: "Two streams that would be loaded into the same table, such as `first-things` and `second-things`: the table is named after the last part of the stream's name. Tell schemas apart with `schema_mapping`.",
    },
    {
      cases: ["stream_64", "column_64"],
      outcome: "differs",
      text: "Names longer than 63 bytes, which is PostgreSQL's limit, are cut; a hash at the end keeps them distinct.",
    },
    {
      cases: ["version_next"],
      outcome: "differs",
      text: "Rows deleted in the source stay, with the time in `_sdc_deleted_at`. With `hard_delete`, they are deleted.",
    },
  ],
});
