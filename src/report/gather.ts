import { mapConcurrent } from "../common/map-concurrent";
import type { PipelineEntry } from "../model/define";
import type { PipelineFacts } from "../status/facts";
import { localFactsOf } from "../status/local-facts";
import type { ObjectStore } from "../store/object-store";
import { listRuns } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { reportData, type ReportData } from "./data";

/** Number of pipelines whose runs are read in parallel. */
const AT_ONCE = 16;

/** Report data for a local store. */
export async function gatherLocal(
  store: ObjectStore,
  entries: readonly PipelineEntry[],
  limit: number,
  now: Date,
): Promise<ReportData> {
  const runs = await readRuns(
    store,
    entries.map(({ name }) => name),
    limit,
  );
  const facts = await mapConcurrent(AT_ONCE, entries, (entry) =>
    localFactsOf(store, entry, runs.get(entry.name) ?? []),
  );
  return reportData({ entries, facts, runs, store: store.url, now });
}

/** Report data for a cluster: facts from its API, runs from its store. */
export async function gatherCluster(
  store: ObjectStore,
  entries: readonly PipelineEntry[],
  facts: readonly PipelineFacts[],
  limit: number,
  now: Date,
): Promise<ReportData> {
  return reportData({
    entries,
    facts,
    runs: await readRuns(
      store,
      facts.map(({ name }) => name),
      limit,
    ),
    store: store.url,
    now,
  });
}

async function readRuns(
  store: ObjectStore,
  names: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, readonly RunSummary[]>> {
  return new Map(
    await mapConcurrent(
      AT_ONCE,
      names,
      async (name) => [name, await listRuns(store, name, limit)] as const,
    ),
  );
}
