import { isRunId, newRunId, runsPrefix } from "../keys";
import type { ObjectStore } from "../object-store";
import { historyRuns } from "../state/history-runs";

/**
 * Creates an id for a new run or change that sorts after all existing ones, even if the clock was
 * set back or belongs to another machine.
 */
export async function nextRunId(
  store: ObjectStore,
  pipeline: string,
  now = new Date(),
): Promise<string> {
  const [runs, saved] = await Promise.all([runIds(store, pipeline), historyRuns(store, pipeline)]);
  return newRunId(
    now,
    [runs[0], saved.find(isRunId)]
      .filter((id) => id !== undefined)
      .sort()
      .at(-1),
  );
}

/** Ids of all runs, newest first. */
export async function runIds(store: ObjectStore, pipeline: string): Promise<readonly string[]> {
  return (await store.listFolders(runsPrefix(pipeline))).filter(isRunId).reverse();
}
