import { UserError, type UserErrorOptions } from "../../common/errors";
import { historyRuns } from "./history-runs";
import { historyKey, stateKey } from "../keys";
import { ObjectStore } from "../object-store";
import { readState } from "./state";
import {
  noneIfUnreadable,
  parseEnvelope,
  serializeEnvelope,
  StateEnvelope,
  UnreadableState,
} from "./state-envelope";

/** One generation of a pipeline's state. */
export type HistoryEntry =
  | { readonly run: string; readonly envelope: StateEnvelope }
  | { readonly run: string; /** Why it cannot be read. */ readonly problem: string };

/** The states that were saved, newest first. */
export async function history(
  store: ObjectStore,
  pipeline: string,
  limit = 20,
): Promise<readonly HistoryEntry[]> {
  const newest = (await historyRuns(store, pipeline)).slice(0, limit);
  const found = new Map(
    await Promise.all(
      newest.map(async (run) => [run, await readHistory(store, pipeline, run)] as const),
    ),
  );
  // Run ids on a cluster follow the cluster's clock. If it was set back, the links between states
  // lead to the others.
  let run = (await readState(store, pipeline).catch(noneIfUnreadable))?.envelope.run;
  while (run !== undefined && !found.has(run) && found.size < 2 * limit) {
    const entry = await readHistory(store, pipeline, run);
    if (!("envelope" in entry)) break;
    found.set(run, entry);
    run = entry.envelope.previous;
  }
  return inOrder(found).slice(0, limit);
}

/** Newest first by id, but each state after its successors. */
function inOrder(entries: ReadonlyMap<string, HistoryEntry>): readonly HistoryEntry[] {
  const places = new Map<string, string>();
  const placeOf = (run: string): string => {
    const known = places.get(run);
    if (known !== undefined) return known;
    places.set(run, run);
    const entry = entries.get(run);
    const previous =
      entry !== undefined && "envelope" in entry ? entry.envelope.previous : undefined;
    const before = previous !== undefined && entries.has(previous) ? placeOf(previous) : "";
    const place = run > before ? run : `${before}~`;
    places.set(run, place);
    return place;
  };
  return [...entries.values()].sort((a, b) => (placeOf(a.run) < placeOf(b.run) ? 1 : -1));
}

/**
 * The state that a rollback restores: the one that `run` saved, or else the newest readable one
 * before the current state. If the current state is missing or unreadable, it is the newest one of
 * all.
 *
 * @throws UserError if there is none.
 */
export async function rollbackTarget(
  store: ObjectStore,
  pipeline: string,
  run?: string,
): Promise<StateEnvelope> {
  const runs = await historyRuns(store, pipeline);
  if (run !== undefined) {
    if (!runs.includes(run)) {
      throw new UserError(
        `"${pipeline}" has no saved state of run ${JSON.stringify(run)}.`,
        listStates(pipeline),
      );
    }
    const entry = await readHistory(store, pipeline, run);
    if ("problem" in entry) {
      throw new UserError(entry.problem);
    }
    return entry.envelope;
  }
  const inForce = await readState(store, pipeline).catch(noneIfUnreadable);
  for (const earlier of before(runs, inForce?.envelope)) {
    const entry = await readHistory(store, pipeline, earlier);
    if ("envelope" in entry) {
      return entry.envelope;
    }
  }
  throw new UserError(`"${pipeline}" has no earlier state to return to.`, listStates(pipeline));
}

function listStates(pipeline: string): UserErrorOptions {
  return {
    fix: ({ tapctl }) => `List the saved states with: ${tapctl(`state history ${pipeline}`)}`,
  };
}

/** The runs whose states preceded the current one: its direct predecessor first, then by id. */
function before(runs: readonly string[], inForce: StateEnvelope | undefined): readonly string[] {
  if (inForce === undefined) return runs;
  const { run, previous } = inForce;
  return previous !== undefined && runs.includes(previous)
    ? [previous, ...runs.filter((one) => one < previous)]
    : runs.filter((one) => one < run);
}

/**
 * Restores an earlier state; see `rollbackTarget`. The history keeps all states, so a rollback can
 * be undone by naming a run.
 */
export async function rollbackState(
  store: ObjectStore,
  pipeline: string,
  run?: string,
): Promise<StateEnvelope> {
  const envelope = await rollbackTarget(store, pipeline, run);
  await store.put(stateKey(pipeline), serializeEnvelope(envelope));
  return envelope;
}

/**
 * Removes all but the newest states of the history, never the current one; returns the runs whose
 * states were removed.
 */
export async function pruneHistory(
  store: ObjectStore,
  pipeline: string,
  keep: number,
): Promise<readonly string[]> {
  const inForce = await readState(store, pipeline).catch(noneIfUnreadable);
  const old = (await historyRuns(store, pipeline))
    .slice(Math.max(1, keep))
    .filter((run) => run !== inForce?.envelope.run);
  for (const run of old) {
    await store.delete(historyKey(pipeline, run));
  }
  return old;
}

async function readHistory(
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<HistoryEntry> {
  const key = historyKey(pipeline, run);
  try {
    const body = await store.get(key);
    return body === undefined
      ? { run, problem: `${key} in ${store.url} has just been removed` }
      : { run, envelope: { ...parseEnvelope(store, key, pipeline, body), run } };
  } catch (error) {
    if (error instanceof UnreadableState) {
      return { run, problem: error.problem };
    }
    throw error;
  }
}
