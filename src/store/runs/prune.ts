import { runPrefix, runTime } from "../keys";
import { currentHolder } from "../lease/lease";
import type { ObjectStore } from "../object-store";
import { runIds } from "./run-ids";
import { summaryOf } from "./runs";

/** Which runs `prune` keeps: runs must satisfy both limits. */
export interface PrunePolicy {
  /** Number of newest runs. */
  readonly keep: number;
  /** Maximum age in days. */
  readonly maxAgeDays: number;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Deletes old runs: those beyond the newest `keep` and those older than `maxAgeDays`, except the
 * newest run, the newest successful run, and a run that holds the pipeline's lease.
 * @returns ids of the deleted runs, newest first.
 */
export async function prune(
  store: ObjectStore,
  pipeline: string,
  policy: PrunePolicy,
  now: Date,
): Promise<readonly string[]> {
  const runs = await runIds(store, pipeline);
  const oldest = now.getTime() - policy.maxAgeDays * DAY_MS;
  const isOld = (run: string, index: number): boolean =>
    index >= policy.keep || (runTime(run)?.getTime() ?? 0) < oldest;
  const old = runs.filter((run, index) => index > 0 && isOld(run, index));
  if (old.length === 0) {
    return [];
  }
  const spared = new Set([
    await newestSucceeded(store, pipeline, runs),
    (await currentHolder(store, pipeline))?.run,
  ]);
  const pruned = old.filter((run) => !spared.has(run));
  for (const run of pruned) {
    await store.deleteFolder(runPrefix(pipeline, run));
  }
  return pruned;
}

async function newestSucceeded(
  store: ObjectStore,
  pipeline: string,
  runs: readonly string[],
): Promise<string | undefined> {
  for (const run of runs) {
    if ((await summaryOf(store, pipeline, run))?.status === "succeeded") {
      return run;
    }
  }
  return undefined;
}
