import { tap } from "../src/model/define-connector";
import { elsewhere } from "./elsewhere";
import { settings as published } from "./settings/tap-postgres-sdk";
import {
  required,
  settings,
  settingsSchema,
  type TapPostgresSettings,
} from "./settings/tap-postgres";

export type { TapPostgresSettings };

/**
 * Extracts from PostgreSQL with the bulk connector: the server writes the records. Streams are named
 * `<schema>-<table>`.
 *
 * The tap selects no streams by default: list them in the pipeline's `streams`. `LOG_BASED` requires
 * `replication_slot_name`, a slot with the plugin `pgoutput`. For stream maps and slots with
 * `wal2json`, use {@link tapPostgresSdk}, which continues the same saved state.
 *
 * @example
 *   `tapPostgres({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" })`
 */
export const tapPostgres = tap<TapPostgresSettings>({
  name: "tap-postgres",
  bulk: "tap_postgres",
  requirements: ["asyncssh==2.24.1", "bcrypt==5.0.0", "psycopg[binary]==3.3.9"],
  settings,
  settingsElsewhere: elsewhere("tapPostgresSdk", published, settings),
  requiredByLog: ["replication_slot_name"],
  required,
  settingsSchema,
  location: ["host", "port", "database", "sqlalchemy_url"],
  limitations: [
    { cases: ["json_null"], outcome: "differs", text: "JSON `null` is sent as NULL." },
    {
      cases: ["resume_unchanged"],
      outcome: "differs",
      text: "An incremental run sends the rows with the saved bookmark again. A target that replaces rows by key stores them once. A target that appends, such as a file target, stores them again with every run.",
    },
  ],
});
