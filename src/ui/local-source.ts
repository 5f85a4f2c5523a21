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
/** Number of pipelines after which open pages show what has been read of the first reading. */
const STEP = 250;
/** Shortest time between two readings, with and without an open page. */
const PAUSE_MS = { watched: 300, unwatched: 5000 } as const;
/** Each read is followed by a pause of this many times its duration; longer if it sends requests. */
const REST = { folder: 3, bucket: 8 } as const;
/** A pipeline without a new run is read again after this many rounds: its state may have changed. */
const ROUNDS = 100;

/**
 * Reads the pipelines of a local store until the signal stops it; returns as soon as their newest
 * runs are known. Earlier runs follow.
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
    mapConcurrent(AT_ONCE.later, entries, (entry, index) =>
      read(entry, (number + index) % ROUNDS === 0),
    );
  const earlier = () =>
    mapConcurrent(AT_ONCE.first, entries, async (entry, index) => {
      const changed = !signal.aborted && (await read(entry, true));
      if (index % STEP === STEP - 1) live.changed();
      return changed;
    });
  const times = store.localPath("runs") === undefined ? REST.bucket : REST.folder;
  await mapConcurrent(AT_ONCE.first, entries, (entry) => read(entry, true, 1));
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
  // New runs are noticed in the meantime. What cannot be read now is read again by the rounds.
  const history = earlier().then(
    (changes) => changes.includes(true) && live.changed(),
    () => undefined,
  );
  return {
    ended: Promise.all([go(), history]).then(() => undefined),
    refresh: async (name) => {
      const entry = entries.find((one) => one.name === name);
      if (entry === undefined) return;
      await read(entry, true);
      live.changed();
    },
  };
}

/**
 * Reads `most` runs of one pipeline, with its state if `whole`; returns whether its runs changed.
 */
function localReader(
  live: LivePipelines,
  store: ObjectStore,
): (entry: PipelineEntry, whole: boolean, most?: number) => Promise<boolean> {
  const cached = cacheRuns(store);
  const observed = new Map<string, string>();
  return async (entry, whole, most) => {
    const { runs, changed } = await cached(entry.name, whole, most);
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
