import { z } from "zod";
import { path, count } from "./field-types";

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
  formerState: path.describe("State that is used if `state` does not exist.").exactOptional(),
  formerUnless: path
    .describe("Folder: if it contains files, `formerState` is not used.")
    .exactOptional(),
  initialState: path
    .describe("State that is used if neither of the others exists.")
    .exactOptional(),
  identity: path
    .describe("Pipeline, run, tap, source, target and destination of this run.")
    .exactOptional(),
  run: z.string().describe("ID of this run, instead of the one in `identity`.").exactOptional(),
  attempt: count.describe("Number of this attempt, from 0.").exactOptional(),
  previous: path
    .describe(
      "Result of the previous attempt, which the result of this attempt lists. A missing file means none.",
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

/** How a run is split over several taps and targets. */
export const slices = {
  parallel: z
    .strictObject({
      slices: z
        .int()
        .min(1)
        .max(16)
        .describe("Maximum number of slices; each has its own tap and target."),
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
      "If a tap fails after it has sent data, or some slices of a load fail, exit with 0 and the outcome `partial`.",
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
