import { tapctl } from "../command-text";
import { UserError } from "../errors";
import { historyKey, historyPrefix, stateKey } from "./keys";
import { ObjectStore } from "./object-store";
import { readState } from "./state";
import { noneIfUnreadable, parseEnvelope, serializeEnvelope, StateEnvelope, UnreadableState } from "./state-envelope";

/** One generation of a pipeline's state. */
export type HistoryEntry =
  | { readonly run: string; readonly envelope: StateEnvelope }
  | { readonly run: string; /** Why it cannot be read. */ readonly problem: string };

/** The states that were saved, newest first. */
export async function history(store: ObjectStore, pipeline: string, limit = 20): Promise<readonly HistoryEntry[]> {
  const runs = (await historyRuns(store, pipeline)).slice(0, limit);
  return Promise.all(runs.map((run) => readHistory(store, pipeline, run)));
}

/**
 * What a rollback would bring back: the state that `run` saved or, without it, the newest readable one
 * before the state in force (before nothing: the newest of all, which also repairs an unreadable state).
 * @throws UserError when there is none.
 */
export async function rollbackTarget(store: ObjectStore, pipeline: string, run?: string): Promise<StateEnvelope> {
  const runs = await historyRuns(store, pipeline);
  if (run !== undefined) {
    if (!runs.includes(run)) {
      throw new UserError(`"${pipeline}" has no saved state of run ${JSON.stringify(run)}; see: ${tapctl(`state history ${pipeline}`)}`);
    }
    const entry = await readHistory(store, pipeline, run);
    if ("problem" in entry) {
      throw new UserError(entry.problem);
    }
    return entry.envelope;
  }
  const inForce = await readState(store, pipeline).catch(noneIfUnreadable);
  for (const earlier of runs.filter((candidate) => inForce === undefined || candidate < inForce.envelope.run)) {
    const entry = await readHistory(store, pipeline, earlier);
    if ("envelope" in entry) {
      return entry.envelope;
    }
  }
  throw new UserError(`"${pipeline}" has no earlier state to go back to; see: ${tapctl(`state history ${pipeline}`)}`);
}

/** Puts an earlier state in force again; see `rollbackTarget`. The history keeps all, so it can be undone by naming a run. */
export async function rollbackState(store: ObjectStore, pipeline: string, run?: string): Promise<StateEnvelope> {
  const envelope = await rollbackTarget(store, pipeline, run);
  await store.put(stateKey(pipeline), serializeEnvelope(envelope));
  return envelope;
}

/** Removes all but the newest states of the history; returns the runs whose states were removed. */
export async function pruneHistory(store: ObjectStore, pipeline: string, keep: number): Promise<readonly string[]> {
  const old = (await historyRuns(store, pipeline)).slice(Math.max(1, keep));
  for (const run of old) {
    await store.delete(historyKey(pipeline, run));
  }
  return old;
}

/** The runs whose states the history holds, newest first. */
async function historyRuns(store: ObjectStore, pipeline: string): Promise<readonly string[]> {
  const prefix = historyPrefix(pipeline);
  const names = (await store.list(prefix)).map(({ key }) => key.slice(prefix.length));
  return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length)).reverse();
}

async function readHistory(store: ObjectStore, pipeline: string, run: string): Promise<HistoryEntry> {
  const key = historyKey(pipeline, run);
  try {
    const body = await store.get(key);
    return body === undefined
      ? { run, problem: `${key} in ${store.url} has just been removed` }
      : { run, envelope: { ...parseEnvelope(store, key, pipeline, body), run } };
  } catch (error) {
    if (error instanceof UnreadableState) {
      return { run, problem: error.message };
    }
    throw error;
  }
}
