import { target } from "../src/model/define-connector";
import { elsewhere } from "./elsewhere";
import { settings as published } from "./settings/target-postgres-sdk";
import {
  required,
  settings,
  settingsSchema,
  type TargetPostgresSettings,
} from "./settings/target-postgres";

export type { TargetPostgresSettings };

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
  settings,
  settingsElsewhere: elsewhere("targetPostgresSdk", published, settings),
  required,
  settingsSchema,
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
