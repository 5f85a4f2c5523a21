import type { ObjectStore } from "../../store/object-store";

const KEY = "offline.json";

/**
 * Number of the next run with the sample source, from 0. Each run finds one more day of data than
 * the previous one.
 */
export async function nextOfflineRun(store: ObjectStore): Promise<number> {
  const saved = await store.get(KEY);
  const run = saved
    ? ((JSON.parse(saved.toString("utf8")) as { readonly runs: number }).runs ?? 0)
    : 0;
  await store.put(KEY, JSON.stringify({ runs: run + 1 }));
  return run;
}
