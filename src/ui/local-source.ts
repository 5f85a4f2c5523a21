import { mapConcurrent } from "../common/map-concurrent";
import { problemOf } from "../common/errors";
import type { PipelineEntry } from "../model/define";
import { localFactsOf } from "../status/local-facts";
import type { ObjectStore } from "../store/object-store";
import type { LivePipelines } from "./live";
import { restUntilNext } from "./rest";
import { cacheRuns } from "./run-cache";

/** Number of pipelines that are read in parallel: all runs at first, later those that changed. */
const AT_ONCE = { first: 1, later: 32 } as const;
/** Shortest time between two readings, with and without an open page. */
const PAUSE_MS = { watched: 300, unwatched: 5000 } as const;
/** A reading is followed by a pause of this many times its duration; longer where it is requests. */
const REST = { folder: 3, bucket: 8 } as const;
/** A pipeline without a new run is read again after this many rounds: its state may have changed. */
const ROUNDS = 100;

/**
 * Reads the pipelines of a local store until the signal stops it; returns after the first reading.
 *
 * @returns the end of the reading.
 */
export async function readLocalPipelines(
  live: LivePipelines,
  store: ObjectStore,
  entries: readonly PipelineEntry[],
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void>; readonly refresh: (name: string) => Promise<void> }> {
  const read = localReader(live, store);
  const round = (number: number) =>
    mapConcurrent(number === 0 ? AT_ONCE.first : AT_ONCE.later, entries, (entry, index) =>
      read(entry, number === 0 || (number + index) % ROUNDS === 0),
    );
  const times = store.localPath("runs") === undefined ? REST.bucket : REST.folder;
  await round(0);
  const go = async () => {
    for (let number = 1; !signal.aborted; number += 1) {
      const begun = performance.now();
      try {
        const changes = await round(number);
        const recovered = live.note !== undefined;
        live.note = undefined;
        if (recovered || changes.includes(true)) live.changed();
      } catch (error) {
        live.note = problemOf(error);
        live.changed();
      }
      const rest = times * (performance.now() - begun);
      const watched = Math.max(PAUSE_MS.watched, rest);
      const unwatched = Math.max(PAUSE_MS.unwatched, rest);
      await restUntilNext(live, { watched, unwatched }, signal);
    }
  };
  return {
    ended: go(),
    refresh: async (name) => {
      const entry = entries.find((one) => one.name === name);
      if (entry === undefined) return;
      await read(entry, true);
      live.changed();
    },
  };
}

/** Reads one pipeline, with its state if `whole`; returns whether its runs changed. */
function localReader(
  live: LivePipelines,
  store: ObjectStore,
): (entry: PipelineEntry, whole: boolean) => Promise<boolean> {
  const cached = cacheRuns(store);
  const observed = new Map<string, string>();
  return async (entry, whole) => {
    const { runs, changed } = await cached(entry.name, whole);
    const [newest] = runs;
    const current = newest?.status === "running" ? newest : undefined;
    const before = observed.get(entry.name);
    if (before !== undefined && before !== current?.run) {
      live.rates.forget(before);
      observed.delete(entry.name);
    }
    if (current?.progress) {
      live.rates.observe(current.run, current.progress);
      observed.set(entry.name, current.run);
    }
    if (!changed && !whole) return false;
    live.set({ facts: await localFactsOf(store, entry, runs), runs });
    return changed;
  };
}
