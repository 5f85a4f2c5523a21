import { UserError } from "../common/errors";
import { JsonText, whyNotJson } from "../common/json";
import { identityOf } from "../model/identity";
import type { Replication } from "../model/replication";
import { didYouMean } from "../model/validation/nearest";
import { bookmarkOf, type State, streamsOf, withBookmark } from "../store/state/bookmarks";
import { bareState, deleteState } from "../store/state/state";
import { rollbackState, rollbackTarget } from "../store/state/state-history";
import {
  changeState,
  saveChange,
  type Named,
  type StateChange,
  type StateTarget,
} from "./change-state";

const STATE_FIX = { fix: "Use a JSON object, as `state show --json` prints it." };

/**
 * Saves a state as if a run had just saved it, for the current source and destination of the
 * pipeline.
 *
 * @param stream if given, only the bookmark of this stream is replaced
 */
export function setState(
  target: StateTarget,
  entry: Replication,
  state: JsonText,
  stream?: string,
): Promise<StateChange> {
  return changeState(target, entry, async (made) => {
    const { before } = made;
    if (stream === undefined)
      return saveChange(target.store, entry, made, identityOf(entry), state);
    const fresh = bookmarkOf(state, stream) ?? (streamsOf(state).length === 0 ? state : undefined);
    if (fresh === undefined)
      throw new UserError(`The given state has no bookmark of stream "${stream}".`, {
        fix: `Choose one of its streams: ${streamsOf(state).join(", ")}`,
      });
    return saveChange(
      target.store,
      entry,
      made,
      before ?? identityOf(entry),
      withBookmark(before?.state, stream, fresh),
    );
  });
}

/**
 * Removes the state, or the bookmark of one stream: the next run starts over. Previous states are
 * kept in the history.
 */
export function resetState(
  target: StateTarget,
  entry: Replication,
  stream?: string,
): Promise<StateChange> {
  return changeState(target, entry, async (made) => {
    const { run, before } = made;
    if (stream === undefined) {
      await deleteState(target.store, entry.name, {
        run,
        ...(entry.formerName !== undefined && { formerName: entry.formerName }),
      });
      return null;
    }
    requireStream(before?.state, stream, `the state of "${entry.name}"`);
    return saveChange(
      target.store,
      entry,
      made,
      before ?? identityOf(entry),
      withBookmark(before?.state, stream, undefined),
    );
  });
}

/**
 * Restores an earlier state, or one stream's bookmark of it: the state of the given run, or the
 * previous one.
 */
export function rollBackState(
  target: StateTarget,
  entry: Replication,
  from: string | undefined,
  stream?: string,
): Promise<StateChange> {
  if (stream === undefined) return restoreState(target, entry, from);
  return changeState(target, entry, async (made) => {
    const { before } = made;
    const { state } = await rollbackTarget(target.store, entry.name, from);
    return saveChange(
      target.store,
      entry,
      made,
      before ?? identityOf(entry),
      withBookmark(before?.state, stream, bookmarkOf(state, stream)),
    );
  });
}

/** Restores the state that a run saved, or the previous one, also of a pipeline that is not in the array. */
export function restoreState(
  target: StateTarget,
  entry: Named,
  from: string | undefined,
): Promise<StateChange> {
  return changeState(
    target,
    entry,
    async () => (await rollbackState(target.store, entry.name, from)).state,
  );
}

/** @throws UserError if the state has no bookmark of the stream. */
export function requireStream(state: State, stream: string, where: string): void {
  const streams = streamsOf(state);
  if (!streams.includes(stream))
    throw new UserError(
      `${where} has no bookmark of stream "${stream}"${didYouMean(stream, streams) || "."}`,
      { fix: `Choose one of its streams: ${streams.join(", ") || "none"}` },
    );
}

/**
 * Parses a Singer state, bare or in the envelope that `state show --json` prints.
 *
 * @param where source of the text in errors, such as a file
 * @throws UserError if it is not a state
 */
export function parseState(where: string, text: string | Buffer): JsonText {
  const why = whyNotJson(text);
  if (why !== undefined) throw new UserError(`${where}: is not JSON${why}.`, STATE_FIX);
  const state = JsonText.parse(text);
  if (state.kind !== "object") throw new UserError(`${where}: is not a Singer state.`, STATE_FIX);
  return bareState(state);
}
