import { historyPrefix } from "../keys";
import type { ObjectStore } from "../object-store";

/** Runs and manual changes with a state in the history of a pipeline, newest first. */
export async function historyRuns(
  store: ObjectStore,
  pipeline: string,
): Promise<readonly string[]> {
  const prefix = historyPrefix(pipeline);
  const names = (await store.list(prefix)).map(({ key }) => key.slice(prefix.length));
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .reverse();
}
