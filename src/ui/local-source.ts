import { setTimeout as pause } from "node:timers/promises";
import { mapConcurrent } from "../common/map-concurrent";
import { problemOf } from "../common/errors";
import type { PipelineEntry } from "../model/define";
import { localFactsOf } from "../status/local-facts";
import type { ObjectStore } from "../store/object-store";
import type { LivePipelines } from "./live";
import { cacheRuns } from "./run-cache";

/** Number of pipelines that are read in parallel. */
const AT_ONCE = 16;
/** Shortest time between two readings, with and without an open page. */
const PAUSE_MS = { watched: 500, unwatched: 5000 } as const;
/** Reading takes at most one part in this many of the time. */
const SHARE = 8;
/** A pipeline without a new run is read again after this many rounds: its state may have changed. */
const ROUNDS = 40;

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
    mapConcurrent(AT_ONCE, entries, (entry, index) =>
      read(entry, number === 0 || (number + index) % ROUNDS === 0),
    );
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
      const least = live.isWatched ? PAUSE_MS.watched : PAUSE_MS.unwatched;
      await pause(Math.max(least, SHARE * (performance.now() - begun)), undefined, {
        signal,
      }).catch(() => undefined);
    }
  };
  return {
    ended: go(),
    refresh: async (name) => {
      const entry = entries.find((one) => one.name === name);
      if (entry !== undefined && (await read(entry, true))) live.changed();
    },
  };
}

/** Reads one pipeline; returns whether it changed. */
function localReader(
  live: LivePipelines,
  store: ObjectStore,
): (entry: PipelineEntry, whole: boolean) => Promise<boolean> {
  const cached = cacheRuns(store);
  return async (entry, whole) => {
    const { runs, changed } = await cached(entry.name);
    const [newest] = runs;
    if (newest?.status === "running" && newest.progress)
      live.rates.observe(newest.run, newest.progress);
    else if (newest !== undefined) live.rates.forget(newest.run);
    if (!changed && !whole) return false;
    live.set({ facts: await localFactsOf(store, entry, runs), runs });
    return true;
  };
}
