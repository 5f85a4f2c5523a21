import type { ObjectStore } from "../store/object-store";
import type { RunSummary } from "../store/runs/run-summary";
import { readState } from "../store/state/state";
import { schemaTexts } from "../store/runs/run-text";
import type { LastRun } from "./facts";

/** A finished run from its summary, with the currently valid state: not every run saves one. */
export async function lastRunOf(
  store: ObjectStore,
  {
    pipeline,
    run,
    status,
    started,
    seconds,
    records,
    bytes,
    leftOut = [],
    uncountedFiles = 0,
    schemaChanges,
    slots,
    stateCommitted,
    stateAfter,
    unselected = [],
    error,
  }: RunSummary,
): Promise<LastRun> {
  const state = stateCommitted
    ? stateAfter
    : ((await readState(store, pipeline).catch(() => undefined))?.envelope.state ?? null);
  return {
    run,
    status,
    started,
    seconds,
    records,
    bytes,
    leftOut,
    uncountedFiles,
    schemaChanges: schemaTexts(schemaChanges),
    ...(slots && { slots }),
    state,
    unselected,
    error,
  };
}
