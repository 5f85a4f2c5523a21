import { hostname } from "node:os";
import { JsonText } from "../common/json-text";
import { connectorVersion } from "../model/connector";
import type { RunSummary } from "../store/runs/run-summary";
import { bareState, type StateEnvelope } from "../store/state/state-envelope";
import { filesBelow, type RunFiles } from "./files";
import { type LeasedRun, startsAfresh } from "./leased-run";
import type { Replicated } from "./replicate";
import { ExitCode } from "./runner";

export function openingSummary(
  { entry, options, run }: LeasedRun,
  started: Date,
  state: StateEnvelope | JsonText | undefined,
): RunSummary {
  const inForce = (state instanceof JsonText ? bareState(state) : state?.state) ?? null;
  return {
    version: 1,
    pipeline: entry.name,
    run,
    mode: options.mode ?? entry.mode ?? "artifact",
    trigger: options.trigger ?? "manual",
    started: started.toISOString(),
    ...(options.window && { window: options.window }),
    ended: null,
    seconds: null,
    status: "running",
    code: null,
    error: null,
    warnings: [],
    attempts: { extract: 0, load: 0 },
    streams: [],
    records: 0,
    bytes: 0,
    badLines: 0,
    tap: { name: entry.tap.connector.name, version: connectorVersion(entry.tap.connector) },
    target: {
      name: entry.target.connector.name,
      version: connectorVersion(entry.target.connector),
    },
    unselected: [],
    stateBefore: startsAfresh(options) ? null : options.state ? bareState(options.state) : inForce,
    stateAfter: inForce,
    stateCommitted: false,
    outputs: [],
    host: hostname(),
  };
}

export function closingSummary(
  opening: RunSummary,
  replicated: Replicated,
  committed: StateEnvelope | undefined,
  end: { readonly code: number; readonly error: string | null },
  files: RunFiles,
): RunSummary {
  const streams = Object.entries(replicated.records).map(([stream, records]) => ({
    stream,
    records,
  }));
  return {
    ...opening,
    status:
      end.code === ExitCode.ok
        ? "succeeded"
        : end.code === ExitCode.interrupted
          ? "interrupted"
          : "failed",
    code: end.code,
    error: end.error,
    warnings: replicated.warnings,
    attempts: replicated.attempts,
    streams,
    records: streams.reduce((sum, { records }) => sum + records, 0),
    bytes: replicated.bytes,
    badLines: replicated.badLines,
    leftOut: replicated.leftOut,
    uncountedFiles: replicated.uncountedFiles,
    unselected: replicated.unselected,
    ...(replicated.slices && { slices: replicated.slices }),
    ...(replicated.slots && { slots: replicated.slots }),
    ...(replicated.schemaChanges.length > 0 && { schemaChanges: replicated.schemaChanges }),
    stateAfter: committed?.state ?? opening.stateAfter,
    stateCommitted: committed !== undefined,
    outputs: filesBelow(files.outputs),
  };
}
