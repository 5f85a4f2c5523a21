import { z } from "zod";
import { rules, schemas, shared, slotLimit, tap, tapRun, target } from "./connector-fields";
import { lastAttempt, run, slices, tapOutcome } from "./run-fields";
import { path } from "./field-types";

/** Request to run a tap. */
export const extract = z
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
        "After a failure, end only once the target behind the FIFO has written this result, or the run is stopped.",
      )
      .exactOptional(),
    ...slices,
    ...lastAttempt,
  })
  .describe("Runs a tap and writes its output to a file.");

/** Request to run a target. */
export const load = z
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
  .describe("Loads an extract with a target and writes the state to save.");

/** Request to run both together. */
export const stream = z
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

/** Request for the catalog of a tap. */
export const discover = z
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

/** Request for the replication slots of a tap. */
export const slots = z
  .strictObject({
    command: z.literal("slots"),
    ...shared,
    ...tap,
    ...slotLimit,
  })
  .describe("Writes the replication slots of a tap and their lag to stdout, as JSON.");

/** Request for the description of a connector. */
export const describe = z
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
