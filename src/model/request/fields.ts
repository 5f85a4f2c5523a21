import { z } from "zod";

/** A file or folder by its path. */
export const path = z.string();
const seconds = z.number().min(0);
const count = z.int().min(0);

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
    .describe("Fail when no byte and no log line moves for this long, in seconds; 0 for never."),
  parentProcess: count
    .describe(
      "Process that started the runner: the runner ends at once when that process has ended (Linux).",
    )
    .exactOptional(),
};

/** Fields of each command that moves data. */
export const run = {
  state: path
    .describe("The saved state: an envelope or a bare Singer state. A missing file means none.")
    .exactOptional(),
  givenState: path
    .describe("State that replaces all others in this run. A missing file means none.")
    .exactOptional(),
  resume: path
    .describe("Keeps the progress of the attempts of this run for the next attempt.")
    .exactOptional(),
  formerState: path.describe("State that counts while `state` does not exist.").exactOptional(),
  formerUnless: path
    .describe("Folder: if it holds files, `formerState` does not count.")
    .exactOptional(),
  initialState: path
    .describe("State that counts while neither of the others exists.")
    .exactOptional(),
  identity: path
    .describe("Pipeline, run, tap, source, target and destination of this run.")
    .exactOptional(),
  run: z.string().describe("ID of this run, instead of the one in `identity`.").exactOptional(),
  attempt: count.describe("Number of this attempt, from 0.").exactOptional(),
  previous: path
    .describe(
      "Result of the attempt before this one, which the result of this one lists. A missing file means none.",
    )
    .exactOptional(),
  onChange: z
    .enum(["fail", "keep", "refresh"])
    .default("fail")
    .describe(
      "If the state belongs to another source or destination: fail, keep the state, or refresh (start without a state).",
    ),
  catalog: path.describe("The Singer catalog.").exactOptional(),
  result: path.describe("Receives the result of the command, as JSON.").exactOptional(),
  outcome: path
    .describe(
      "Receives one word: `complete`, `partial` or `failed` from a tap; `saved`, `unchanged`, `partial` or `failed` from a load.",
    )
    .exactOptional(),
  leaveVerdict: z
    .boolean()
    .default(false)
    .describe(
      "If a retry cannot help, exit with 0 and the outcome `failed`; a `verdict` fails the run.",
    ),
  progress: z
    .enum(["json", "text", "none"])
    .default("none")
    .describe("Format of the progress on stdout."),
};

/** The tap, in each command that starts one. */
export const tap = {
  tapConnector: path.describe("Description of the tap (connector.json).").exactOptional(),
  tapConfig: path
    .describe("Configuration of the tap. Default: environment variables.")
    .exactOptional(),
  tapSecrets: path
    .describe(
      'JSON list of paths of secret settings, such as [["password"]], which are masked in logs. Default: settings with names of secrets.',
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
    .describe("Most bytes of WAL that a replication slot may retain without a warning; 0 for any.")
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
      "Greatest age of the stored catalog, in seconds, and whether a first discovery is stored; 0 for any and no.",
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
      "Most lines of the tap's output that are not messages and are left out; more fail the run.",
    ),
  maxStalenessSeconds: seconds
    .describe("Greatest age of a stream's bookmark after the load, in seconds; 0 for any.")
    .exactOptional(),
};

/** The schemas of the streams, in each command that gives data to a target. */
export const schemas = {
  schemas: path
    .describe("Schemas that the streams had in the last successful run. A missing file means none.")
    .exactOptional(),
  newSchemas: path
    .describe("Receives the schemas after this run, also where a change of them fails it.")
    .exactOptional(),
  acceptSchema: z
    .boolean()
    .default(false)
    .describe("Load streams whose schema has changed although a rule says `fail`."),
};

/** How a run is split over several taps and targets. */
export const slices = {
  parallel: z
    .strictObject({
      slices: z.int().min(1).max(16).describe("The most slices; each has its own tap and target."),
      aliases: z
        .record(z.string(), z.string())
        .default({})
        .describe("Tables that the target gives to streams, by stream or pattern."),
      newTogether: z
        .boolean()
        .default(true)
        .describe("Keep streams without a bookmark together: one target creates their tables."),
    })
    .describe(
      "Splits the selected streams into slices that run in parallel. `output` and `input` are then folders, or FIFOs that mark stream mode.",
    )
    .exactOptional(),
};

/** In which attempt a failure of a part lets the run continue. */
export const lastAttempt = {
  lastAttempt: z
    .int()
    .min(0)
    .describe(
      "In this attempt a tap that fails after it has sent data, and a load of which some slices fail, exit with 0 and the outcome `partial`.",
    )
    .exactOptional(),
};

/** What a run was planned for. */
export const planned = {
  scheduled: z
    .string()
    .default("")
    .describe("Time that the run was scheduled for, in RFC 3339; anything else means none."),
  window: z
    .string()
    .default("")
    .describe("Days that the run reads, such as 2026-01-01/2026-02-01; the last one is exclusive."),
};

/** Which run a summary is about. */
export const ofRun = {
  pipeline: z.string().describe("Name of the pipeline."),
  run: z.string().describe("ID of the run."),
  tapResult: path.describe("Result of `extract`. A missing file means none.").exactOptional(),
  targetResult: path.describe("Result of `load`. A missing file means none.").exactOptional(),
  mode: z.string().default("").describe("`artifact`, `stream` or `job`."),
  trigger: z.string().default("").describe("What started the run, such as `schedule`."),
  started: z.string().default("").describe("When the run started, as in RFC 3339."),
  workflow: z.string().default("").describe("Name of the Argo Workflow."),
  ...planned,
  extract: z
    .string()
    .default("")
    .describe("Key of the stored extract that the run loads again; `none` if it reads the source."),
};

/** How the extract of a run ended, for the steps after it. */
export const tapOutcome = {
  tapOutcome: z.enum(["complete", "partial"]).describe("Outcome of `extract`.").exactOptional(),
  tapOutcomeFile: path
    .describe("File with the outcome of `extract`, which is awaited when the FIFO ends.")
    .exactOptional(),
};
