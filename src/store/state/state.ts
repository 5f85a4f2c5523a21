import { UserError } from "../../common/errors";
import { historyKey, historyPrefix, stateKey } from "../keys";
import { ObjectStore } from "../object-store";
import {
  isEmptyState,
  noneIfUnreadable,
  parseEnvelope,
  serializeEnvelope,
  StateEnvelope,
} from "./state-envelope";

export { bareState, type StateEnvelope } from "./state-envelope";

/** The saved state of a pipeline. */
export interface SavedState {
  /** The state. */
  readonly envelope: StateEnvelope;
  /** Name under which it is stored: the pipeline's, or its former one. */
  readonly from: string;
}

/**
 * Reads the saved state. A state under the former name is used only if the pipeline never had its
 * own, so that it does not undo a reset.
 * @throws UserError if the object is not a state envelope.
 */
export async function readState(
  store: ObjectStore,
  pipeline: string,
  formerName?: string,
): Promise<SavedState | undefined> {
  const body = await store.get(stateKey(pipeline));
  if (body !== undefined) {
    return { envelope: parseEnvelope(store, stateKey(pipeline), pipeline, body), from: pipeline };
  }
  if (formerName === undefined || (await store.list(historyPrefix(pipeline))).length > 0) {
    return undefined;
  }
  return readState(store, formerName);
}

/**
 * Saves a state: first in the history, then as the current one, so that the history contains every current state.
 * @throws UserError for an empty state, which would make the next run start from the beginning.
 */
export async function commitState(store: ObjectStore, envelope: StateEnvelope): Promise<void> {
  if (isEmptyState(envelope.state)) {
    throw new UserError(
      `state of "${envelope.pipeline}": ${envelope.state.text} is empty and does not replace a saved state.`,
      {
        fix: ({ tapctl }) =>
          `To start from the beginning, use: ${tapctl(`state reset ${envelope.pipeline}`)}`,
      },
    );
  }
  const body = serializeEnvelope(envelope);
  await store.put(historyKey(envelope.pipeline, envelope.run), body);
  await store.put(stateKey(envelope.pipeline), body);
}

/**
 * Deletes the state, so that the next run starts from the beginning. It stays in the history.
 * @param options `run`: id of this change, which names the history entry if the history does not contain the state yet;
 * `formerName`: as for `readState`.
 * @returns the deleted state; undefined if there was none, or if it was unreadable.
 */
export async function deleteState(
  store: ObjectStore,
  pipeline: string,
  options: { readonly run: string; readonly formerName?: string },
): Promise<SavedState | undefined> {
  const saved = await readState(store, pipeline, options.formerName).catch(noneIfUnreadable);
  const body = await store.get(stateKey(saved?.from ?? pipeline));
  if (body === undefined) {
    return undefined;
  }
  const kept = saved && (await store.get(historyKey(pipeline, saved.envelope.run)));
  if (kept === undefined || !kept.equals(body)) {
    await store.put(historyKey(pipeline, options.run), body);
  }
  await store.delete(stateKey(pipeline));
  return saved;
}
