import { tap } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TapPostgresSdkSettings,
} from "./settings/tap-postgres-sdk";

export type { TapPostgresSdkSettings };

/**
 * Extracts from PostgreSQL with the published meltanolabs-tap-postgres: for stream maps, flattening
 * and slots with the plugin `wal2json`. {@link tapPostgres} is many times faster. Streams are named
 * `<schema>-<table>`.
 *
 * The tap selects no streams by default: list them in the pipeline's `streams`.
 *
 * @example
 *   `tapPostgresSdk({ host: "db", user: "etl", password: secret("shop-password"), database: "shop" })`
 */
export const tapPostgresSdk = tap<TapPostgresSdkSettings>({
  name: "tap-postgres-sdk",
  stateName: "tap-postgres",
  package: "meltanolabs-tap-postgres",
  version: "0.10.0",
  // The Singer SDK writes messages with it if it is installed.
  extraPackages: ["msgspec==0.23.0"],
  executable: "tap-postgres",
  python: { min: "3.10" },
  settings,
  required,
  settingsSchema,
  location: ["host", "port", "database", "sqlalchemy_url"],
  limitations: [
    {
      cases: ["float_nan", "float_infinity", "numeric_nan"],
      outcome: "differs",
      text: "NaN and infinite numbers are sent as NULL, because JSON does not support them.",
    },
    {
      cases: ["date_bc", "date_far", "moment_bc", "moment_far"],
      outcome: "rejected",
      text: "Python does not support dates before year 1 or after year 9999. With `dates_as_string`, they are sent as text, and the column in the destination is text.",
    },
    {
      cases: ["date_infinity", "moment_infinity"],
      outcome: "differs",
      text: "An infinite date or timestamp is sent as the last moment of year 9999.",
    },
    { cases: ["json_null"], outcome: "differs", text: "JSON `null` is sent as NULL." },
    {
      cases: ["resume_unchanged"],
      outcome: "differs",
      text: "An incremental run sends the rows with the saved bookmark again. A target that replaces rows by key stores them once. A target that appends, such as a file target, stores them again with every run.",
    },
  ],
});
