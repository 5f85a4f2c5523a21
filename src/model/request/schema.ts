import { z } from "zod";
import {
  lastAttempt,
  ofRun,
  path,
  planned,
  rules,
  run,
  schemas,
  shared,
  slices,
  slotLimit,
  tap,
  tapOutcome,
  tapRun,
  target,
} from "./fields";

const extract = z
  .strictObject({
    command: z.literal("extract"),
    ...shared,
    ...tap,
    ...run,
    ...rules,
    ...tapRun,
    output: path
      .describe("Receives what the tap sends: a file, a FIFO, or - for stdout.")
      .exactOptional(),
    awaitResult: path
      .describe(
        "After a failure, end only once the target behind the FIFO has written this result, or at a stop.",
      )
      .exactOptional(),
    ...slices,
    ...lastAttempt,
  })
  .describe("Runs a tap and writes its output to a file.");

const load = z
  .strictObject({
    command: z.literal("load"),
    ...shared,
    ...target,
    ...run,
    ...rules,
    ...schemas,
    input: path.describe("What the tap sent: a file, a FIFO, or - for stdin.").exactOptional(),
    tapActivity: path
      .describe("Log of the tap, whose changes count as a sign of life.")
      .exactOptional(),
    partial: z
      .boolean()
      .default(false)
      .describe("The tap failed: load whole lines only, and no FULL_TABLE stream."),
    ...tapOutcome,
    ...slices,
    ...lastAttempt,
  })
  .describe("Gives an extract to a target and writes the state to save.");

const stream = z
  .strictObject({
    command: z.literal("stream"),
    ...shared,
    ...tap,
    ...target,
    ...run,
    ...rules,
    ...tapRun,
    ...schemas,
    ...slices,
  })
  .describe("Runs a tap and a target together.");

const discover = z
  .strictObject({
    command: z.literal("discover"),
    ...shared,
    ...tap,
    identity: path.describe("Pipeline, tap and source of the catalog.").exactOptional(),
    output: path.describe("Receives the catalog; - for stdout.").exactOptional(),
    stored: path
      .describe("Receives the catalog with what it belongs to, for later runs.")
      .exactOptional(),
  })
  .describe("Writes the catalog of a tap.");

const slots = z
  .strictObject({
    command: z.literal("slots"),
    ...shared,
    ...tap,
    ...slotLimit,
  })
  .describe("Writes the replication slots of a tap and their lag to stdout, as JSON.");

const describe = z
  .strictObject({
    command: z.literal("describe"),
    kind: z.enum(["tap", "target"]),
    name: z.string().min(1).describe("Name of the connector, such as tap-postgres."),
    version: z.string().describe("Version of the connector."),
    start: z
      .array(z.string())
      .min(1)
      .describe("Program that starts the connector, with its arguments."),
    output: path.describe("Receives the description (connector.json)."),
    settings: z
      .record(z.string(), z.enum(["string", "number", "boolean", "json"]))
      .default({})
      .describe("Types of settings, by name."),
    defaults: z
      .looseObject({})
      .default({})
      .describe("Settings that the image gives the connector when it is started by hand."),
    required: z
      .array(z.string())
      .default([])
      .describe("Settings without which the connector does not start."),
    outputSetting: z
      .string()
      .describe("Setting that names the folder for files of a target.")
      .exactOptional(),
    outputAliases: z.array(z.string()).default([]).describe("Other names of `outputSetting`."),
  })
  .describe("Finds the flags and settings of a connector, when its image or environment is built.");

const commit = z
  .strictObject({
    command: z.literal("commit"),
    ...ofRun,
    candidate: path.describe("State that a load left."),
    output: path.describe("Receives the state to save."),
    saveState: z
      .boolean()
      .default(true)
      .describe("Save the state; false leaves the saved state unchanged."),
    summary: path.describe("Receives the summary of the run.").exactOptional(),
    facts: path
      .describe(
        "Folder for one file per number of the metrics: records, bytes, retries, leftOut, bookmark, schemaChanges, slotBytes, slotsAtRisk.",
      )
      .exactOptional(),
    newSchemas: path
      .describe("Schemas that a load left. A missing file means none.")
      .exactOptional(),
    schemas: path
      .describe("Receives the schemas to save, if the whole run succeeded.")
      .exactOptional(),
    followUps: z.boolean().default(false).describe("Follow-ups run after this step."),
    ...tapOutcome,
  })
  .describe("Turns the candidate of a load into the state to save.");

const verdict = z
  .strictObject({
    command: z.literal("verdict"),
    result: path.describe("Result of the step that failed."),
    loaded: path
      .describe(
        "Result of the load after it, for the number of records. A missing file means none.",
      )
      .exactOptional(),
  })
  .describe("Fails a run with the error of an earlier step.");

const summary = z
  .strictObject({
    command: z.literal("summary"),
    ...ofRun,
    status: z.string().describe("Status of the Workflow: Succeeded, Failed or Error."),
    output: path.describe("Receives the summary."),
    committed: path
      .describe("Summary that the commit of the run wrote. A missing file means none.")
      .exactOptional(),
  })
  .describe("Writes the summary of a run from the results of its steps.");

const text = z.string().exactOptional();
const notify = z
  .strictObject({
    command: z.literal("notify"),
    event: z.enum(["started", "succeeded", "failed"]),
    on: z
      .array(z.enum(["started", "succeeded", "failed", "recovered"]))
      .describe("Events to notify about."),
    pipeline: z.string().describe("Name of the pipeline."),
    run: z.string().describe("ID of the run."),
    owner: text.describe("Owner of the pipeline, for the message."),
    workflow: text.describe("Name of the Workflow, for the message."),
    namespace: text.describe("Namespace of the Workflow, for the message."),
    link: text.describe("Address of the run in Argo's user interface, for the message."),
    seconds: text.describe("How long the run took, in seconds, for the message."),
    result: path
      .describe("Result of the load, for the number of records. A missing file means none.")
      .exactOptional(),
    tapResult: path
      .describe("Result of the extract, for replication slots at risk. A missing file means none.")
      .exactOptional(),
    failing: path
      .describe("Marker that an earlier failed run left. A missing file means none.")
      .exactOptional(),
    marker: path.describe("Receives the marker for the next run.").exactOptional(),
    undelivered: path
      .describe("Receives what did not reach a channel; {} if all did.")
      .exactOptional(),
  })
  .describe(
    "Sends notifications to the channels in CHANNELS: a JSON list, or the URL of a webhook. Never fails.",
  );

const lineage = z
  .strictObject({
    command: z.literal("lineage"),
    pipeline: z.string().describe("Name of the pipeline."),
    run: z.string().describe("ID of the run."),
    started: z.string().describe("When the run started, in RFC 3339."),
    owner: text.describe("Owner of the pipeline."),
    ...planned,
    follow: z
      .boolean()
      .default(false)
      .describe(
        'Then send the event of the end: a line on stdin, {"summary": summary of the run, "results": paths of the results of its steps, "store": address of the object store}.',
      ),
  })
  .describe(
    "Sends the events of a run to the OpenLineage backend in OPENLINEAGE_URL; never fails.",
  );

const telemetry = z
  .strictObject({ command: z.literal("telemetry") })
  .describe(
    'Sends the trace and the metrics of a run to the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT, once the run has ended: a line on stdin, {"summary": summary of the run, "results": paths of the results of its steps, "parts": [{"name", "started", "ended", "error"}] of other steps}. Never fails.',
  );

/**
 * What the runner is asked to do: its only interface. `images/singer/request.schema.json` is
 * written from this schema.
 */
export const requestSchema = z
  .discriminatedUnion("command", [
    extract,
    load,
    stream,
    discover,
    slots,
    describe,
    commit,
    verdict,
    summary,
    notify,
    lineage,
    telemetry,
  ])
  .describe(
    "A request to the runner (singer-runner REQUEST): JSON text, or the path of a file with it. Relative paths count from the working directory.",
  );

/** A request to the runner. */
export type Request = z.input<typeof requestSchema>;

/** A request for one command. */
export type RequestFor<Command extends Request["command"]> = Extract<
  Request,
  { readonly command: Command }
>;

/** The published JSON Schema of a request, as text. */
export function requestSchemaText(): string {
  const { $schema, description, ...schema } = z.toJSONSchema(requestSchema, { io: "input" });
  return `${JSON.stringify({ $schema, title: "Request to the tapctl runner", description, ...schema }, null, 2)}\n`;
}
