import type { ObjectStore } from "../../store/object-store";

const KEY = "offline.json";

/** Number of the next run against the stand-in, from 0; each one finds a day more in it than the one before. */
export async function nextOfflineRun(store: ObjectStore): Promise<number> {
  const saved = await store.get(KEY);
  const run = saved
    ? ((JSON.parse(saved.toString("utf8")) as { readonly runs: number }).runs ?? 0)
    : 0;
  await store.put(KEY, JSON.stringify({ runs: run + 1 }));
  return run;
}
