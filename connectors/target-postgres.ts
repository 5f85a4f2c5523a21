import { target } from "./connector";
import { postgresConnection, type PostgresConnection } from "./postgres";
import { sdkTargetSettings, type SdkTargetSettings } from "./sdk";

/** Settings of {@link targetPostgres}. */
export interface TargetPostgresSettings extends PostgresConnection, SdkTargetSettings {
  /** Database schema that the tables are made in, such as `raw`. Default: `melty`. */
  readonly default_target_schema?: string;

  /** Insert by COPY, which is faster. Default: false. */
  readonly use_copy?: boolean;

  /** Take messages of the tap that a table was read anew, and mark or delete the rows it no longer has. Default: true. */
  readonly activate_version?: boolean;

  /** Understand such messages at all. Default: true. */
  readonly process_activate_version_messages?: boolean;

  /** Delete rows that a new version of a table no longer has, instead of setting `_sdc_deleted_at`. Default: false. */
  readonly hard_delete?: boolean;

  /** Store text that the schema calls base64 as bytes. Default: false. */
  readonly interpret_content_encoding?: boolean;

  /** Remove the character U+0000, which PostgreSQL cannot store, from text. Default: false. */
  readonly sanitize_null_text_characters?: boolean;
}

/**
 * Loads into PostgreSQL with meltanolabs-target-postgres: a table per stream, upserted by the stream's key.
 *
 * @example `targetPostgres({ host: "dwh", user: "etl", password: secret("dwh-password"), database: "dwh", default_target_schema: "raw" })`
 */
export const targetPostgres = target<TargetPostgresSettings>({
  name: "target-postgres",
  package: "meltanolabs-target-postgres",
  version: "0.8.1",
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
  destination: ["host", "port", "database", "sqlalchemy_url", "default_target_schema"],
});
