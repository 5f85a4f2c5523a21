import { z } from "zod";
import { ofRun, planned, tapOutcome } from "./run-fields";
import { path } from "./field-types";

/** Request to save what a load left. */
export const commit = z
  .strictObject({
    command: z.literal("commit"),
    ...ofRun,
    candidate: path.describe("State that a load wrote."),
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
      .describe("Schemas that a load wrote. A missing file means none.")
      .exactOptional(),
    schemas: path
      .describe("Receives the schemas to save, if the whole run succeeded.")
      .exactOptional(),
    followUps: z.boolean().default(false).describe("Follow-ups run after this step."),
    ...tapOutcome,
  })
  .describe("Turns the candidate of a load into the state to save.");

/** Request to fail a run. */
export const verdict = z
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

/** Request for the summary of a run. */
export const summary = z
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
/** Request for notifications. */
export const notify = z
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
      .describe("Marker that an earlier failed run wrote. A missing file means none.")
      .exactOptional(),
    marker: path.describe("Receives the marker for the next run.").exactOptional(),
    undelivered: path
      .describe("Receives what did not reach a channel; {} if all did.")
      .exactOptional(),
  })
  .describe(
    "Sends notifications to the channels in CHANNELS: a JSON list, or the URL of a webhook. Never fails.",
  );

/** Request for events of OpenLineage. */
export const lineage = z
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

/** Request for traces and metrics. */
export const telemetry = z
  .strictObject({ command: z.literal("telemetry") })
  .describe(
    'Sends the trace and the metrics of a run to the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT, once the run has ended: a line on stdin, {"summary": summary of the run, "results": paths of the results of its steps, "parts": [{"name", "started", "ended", "error"}] of other steps}. Never fails.',
  );
