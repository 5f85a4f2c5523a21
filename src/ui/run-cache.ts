import type { ObjectStore } from "../store/object-store";
import { readSummary, runIds, type RunSummary } from "../store/runs/runs";

/** Number of runs that are kept of a pipeline, as in a report. */
export const RUNS = 20;

/** The newest runs of a pipeline. */
export interface CachedRuns {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Whether they differ from the last answer. */
  readonly changed: boolean;
}

/** The newest runs of pipelines. A run that has ended does not change, so it is read once. */
export function cacheRuns(store: ObjectStore): (pipeline: string) => Promise<CachedRuns> {
  const known = new Map<string, readonly RunSummary[]>();
  return async (pipeline) => {
    const before = known.get(pipeline);
    const ended = new Map(
      before?.filter(({ status }) => status !== "running").map((run) => [run.run, run]),
    );
    const ids = (await runIds(store, pipeline)).slice(0, RUNS);
    const found = await Promise.all(
      ids.map(
        async (run, index) =>
          ended.get(run) ??
          slim(await readSummary(store, pipeline, run).catch(() => undefined), index === 0),
      ),
    );
    const runs = found.filter((run) => run !== undefined);
    const changed =
      before === undefined ||
      runs.length !== before.length ||
      runs.some((run, index) => run !== before[index]);
    if (changed) known.set(pipeline, runs);
    return { runs, changed };
  };
}

const NO_CONNECTOR = { name: "", version: "" };

/** Keeps what pages show: thousands of runs stay in memory. Only the newest needs its state. */
function slim(summary: RunSummary | undefined, isNewest: boolean): RunSummary | undefined {
  if (summary === undefined || summary.status === "running") return summary;
  const shown = { ...summary, tap: NO_CONNECTOR, target: NO_CONNECTOR, outputs: [] };
  return isNewest ? shown : { ...shown, stateBefore: null, stateAfter: null, streams: [] };
}
