import { z } from "zod";
import { path, seconds, count } from "./field-types";

/** Fields of each command that starts a connector. */
export const shared = {
  directory: path
    .describe("Folder for files that the request does not name. Default: SINGER_DIR, else /singer.")
    .exactOptional(),
  graceSeconds: seconds
    .default(30)
    .describe("Time that connectors get to end after SIGTERM or SIGINT, in seconds."),
  idleTimeoutSeconds: seconds
    .default(0)
    .describe("Fail if no data and no log line is sent for this long, in seconds; 0 for never."),
  parentProcess: count
    .describe(
      "Process that started the runner: the runner ends immediately when that process has ended (Linux).",
    )
    .exactOptional(),
};

/** The tap, in each command that starts one. */
export const tap = {
  tapConnector: path.describe("Description of the tap (connector.json).").exactOptional(),
  tapConfig: path
    .describe("Configuration of the tap. Default: environment variables.")
    .exactOptional(),
  tapSecrets: path
    .describe(
      'JSON list of paths of secret settings, such as [["password"]], which are masked in logs. Default: settings whose names suggest secrets.',
    )
    .exactOptional(),
  tapLog: path.describe("Receives the log of the tap.").exactOptional(),
  overlay: path.describe("Keeps settings that the tap changes, for the next run.").exactOptional(),
};

/** Options of streams, for each command that sees their data. */
export const rules = {
  rules: path
    .describe(
      "JSON list of options of streams, by name or pattern: lookback, mask, onSchemaChange, contract, expect; empty for none.",
    )
    .exactOptional(),
};

/** How far a replication slot may lag. */
export const slotLimit = {
  maxSlotBytes: count
    .describe(
      "Maximum bytes of WAL that a replication slot may retain without a warning; 0 for no limit.",
    )
    .exactOptional(),
};

/** What a tap gets when it moves data. */
export const tapRun = {
  ...slotLimit,
  storedCatalog: path
    .describe(
      "Catalog that an earlier discovery stored, used for `select` if it fits. A missing file means none.",
    )
    .exactOptional(),
  catalogMaxAge: seconds
    .default(0)
    .describe(
      "Maximum age of the stored catalog, in seconds; 0 for no limit. With a limit, a first discovery is stored too.",
    ),
  discovered: path
    .describe(
      "Receives the catalog that this run discovered, if it replaces a stored one or with `catalogMaxAge`.",
    )
    .exactOptional(),
  maskSalt: path
    .describe("File with the secret salt of masked values. A missing file means none.")
    .exactOptional(),
  select: path
    .describe("JSON list of selection rules for a discovered catalog; empty for none.")
    .exactOptional(),
  settings: z
    .looseObject({})
    .default({})
    .describe("Settings that replace those of the configuration in this run."),
};

/** The target, in each command that starts one. */
export const target = {
  targetConnector: path.describe("Description of the target (connector.json).").exactOptional(),
  targetConfig: path
    .describe("Configuration of the target. Default: environment variables.")
    .exactOptional(),
  targetSecrets: path.describe("The same as `tapSecrets`, for the target.").exactOptional(),
  targetLog: path.describe("Receives the log of the target.").exactOptional(),
  candidate: path.describe("Receives the state to save.").exactOptional(),
  outputDirectory: path
    .describe("Folder for files that the target writes; empty for none.")
    .exactOptional(),
  earlier: path
    .describe("Result of the previous attempt of this run. A missing file means none.")
    .exactOptional(),
  minRecords: count.describe("Fail if fewer records arrive.").exactOptional(),
  maxBadLines: count
    .default(1000)
    .describe(
      "Maximum number of lines of the tap's output that are not messages: they are skipped, and more fail the run.",
    ),
  maxStalenessSeconds: seconds
    .describe("Maximum age of a stream's bookmark after the load, in seconds; 0 for no limit.")
    .exactOptional(),
};

/** The schemas of the streams, in each command that gives data to a target. */
export const schemas = {
  schemas: path
    .describe("Schemas that the streams had in the last successful run. A missing file means none.")
    .exactOptional(),
  newSchemas: path
    .describe("Receives the schemas after this run, even if a change of them fails it.")
    .exactOptional(),
  acceptSchema: z
    .boolean()
    .default(false)
    .describe("Load streams whose schema has changed although a rule says `fail`."),
};
