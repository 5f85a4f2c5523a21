import type { PipelineEntry } from "../model/define";
import { schedulesOf } from "../model/define";
import type { ObjectStore } from "../store/object-store";
import { listRuns } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { failuresOf, type PipelineFacts } from "./facts";
import { lastRunOf } from "./last-run";

const RUNS = 20;

/** Facts about pipelines from a store of local runs, which have no schedule. */
export function localFacts(
  store: ObjectStore,
  entries: readonly PipelineEntry[],
): Promise<readonly PipelineFacts[]> {
  return Promise.all(
    entries.map(async (entry) =>
      localFactsOf(store, entry, await listRuns(store, entry.name, RUNS)),
    ),
  );
}

/** Facts about a pipeline from its local runs, newest first. */
export async function localFactsOf(
  store: ObjectStore,
  entry: PipelineEntry,
  runs: readonly RunSummary[],
): Promise<PipelineFacts> {
  const last = runs.find(({ status }) => status !== "running");
  return {
    name: entry.name,
    where: "both",
    schedules: schedulesOf(entry),
    timezone: entry.timezone ?? "UTC",
    invalid: null,
    suspended: entry.suspend ?? false,
    since: null,
    runs,
    last: last === undefined ? null : await lastRunOf(store, last),
    failures: failuresOf(runs),
  };
}
