import { UserError } from "../common/errors";
import { JsonText, whyNotJson } from "../common/json";
import { identityOf, type SavedIdentity } from "../model/identity";
import type { Replication } from "../model/replication";
import { didYouMean } from "../model/validation/nearest";
import { acquireLease } from "../store/lease/lease";
import type { ObjectStore } from "../store/object-store";
import { bookmarkOf, streamsOf, withBookmark, type State } from "../store/state/bookmarks";
import { nextRunId } from "../store/runs/runs";
import {
  bareState,
  commitState,
  deleteState,
  readState,
  type StateEnvelope,
} from "../store/state/state";
import { rollbackState, rollbackTarget } from "../store/state/state-history";

const STATE_FIX = { fix: "Use a JSON object, as `state show --json` prints it." };

/** What a manual change did; null stands for no state. */
export interface StateChange {
  readonly pipeline: string;
  /** The Singer state in force before. */
  readonly before: JsonText | null;
  /** The Singer state in force now. */
  readonly after: JsonText | null;
}

/**
 * Keeps runs of a pipeline away while its state is changed: the lease of a store of local runs, the lock of Argo on a
 * cluster.
 */
export type Guard = (pipeline: string, run: string) => Promise<Held>;

/** A pipeline without a run in progress. */
export interface Held {
  /** Makes sure that it is still so: asked just before a state is saved. @throws UserError */
  verify(): Promise<void>;
  /** Allows runs to start again. */
  release(): Promise<void>;
}

/** Where states are changed. */
export interface StateTarget {
  readonly store: ObjectStore;
  readonly guard: Guard;
}

/** The guard of a store of local runs: its lease. */
export function leaseGuard(store: ObjectStore): Guard {
  return (pipeline, run) => acquireLease(store, pipeline, { run });
}

/**
 * Puts a state in force as if a run of today had saved it: of the pipeline's own source and destination.
 *
 * @param stream where given, the state holds what this stream's bookmark becomes; all others stay
 */
export function setState(
  target: StateTarget,
  entry: Replication,
  state: JsonText,
  stream?: string,
): Promise<StateChange> {
  return change(target, entry, async (made) => {
    const { before } = made;
    if (stream === undefined) return commit(target.store, entry, made, identityOf(entry), state);
    const fresh = bookmarkOf(state, stream) ?? (streamsOf(state).length === 0 ? state : undefined);
    if (fresh === undefined)
      throw new UserError(`The given state has no bookmark of stream "${stream}".`, {
        fix: `Choose one of its streams: ${streamsOf(state).join(", ")}`,
      });
    return commit(
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
  return change(target, entry, async (made) => {
    const { run, before } = made;
    if (stream === undefined) {
      await deleteState(target.store, entry.name, {
        run,
        ...(entry.formerName !== undefined && { formerName: entry.formerName }),
      });
      return null;
    }
    requireStream(before?.state, stream, `the state of "${entry.name}"`);
    return commit(
      target.store,
      entry,
      made,
      before ?? identityOf(entry),
      withBookmark(before?.state, stream, undefined),
    );
  });
}

/** Puts an earlier state in force again, or one stream's bookmark of it: the one that a run saved, or the one before the present one. */
export function rollBackState(
  target: StateTarget,
  entry: Replication,
  from: string | undefined,
  stream?: string,
): Promise<StateChange> {
  return change(target, entry, async (made) => {
    const { before } = made;
    if (stream === undefined) return (await rollbackState(target.store, entry.name, from)).state;
    const { state } = await rollbackTarget(target.store, entry.name, from);
    return commit(
      target.store,
      entry,
      made,
      before ?? identityOf(entry),
      withBookmark(before?.state, stream, bookmarkOf(state, stream)),
    );
  });
}

/** @throws UserError where a state has no bookmark of a stream. */
export function requireStream(state: State, stream: string, where: string): void {
  const streams = streamsOf(state);
  if (!streams.includes(stream))
    throw new UserError(
      `${where} has no bookmark of stream "${stream}"${didYouMean(stream, streams) || "."}`,
      { fix: `Choose one of its streams: ${streams.join(", ") || "none"}` },
    );
}

/**
 * The Singer state in a text: bare, or in the envelope that `state show --json` prints.
 *
 * @param where named in the error, such as a file
 * @throws UserError where it is none
 */
export function parseState(where: string, text: string | Buffer): JsonText {
  const why = whyNotJson(text);
  if (why !== undefined) throw new UserError(`${where}: is not JSON${why}.`, STATE_FIX);
  const state = JsonText.parse(text);
  if (state.kind !== "object") throw new UserError(`${where}: is not a Singer state.`, STATE_FIX);
  return bareState(state);
}

/** A change that is being made. */
interface Change {
  /** Its id. */
  readonly run: string;
  /** The state in force before it. */
  readonly before: StateEnvelope | undefined;
}

/** Changes the state while no run is in progress. */
async function change(
  { store, guard }: StateTarget,
  entry: Replication,
  apply: (made: Change) => Promise<JsonText | null>,
): Promise<StateChange> {
  const run = await nextRunId(store, entry.name);
  const held = await guard(entry.name, run);
  try {
    const before = (await readState(store, entry.name, entry.formerName).catch(unreadable))
      ?.envelope;
    await held.verify();
    return {
      pipeline: entry.name,
      before: before?.state ?? null,
      after: await apply({ run, before }),
    };
  } finally {
    await held.release();
  }
}

/** Saves a state; where only a part of one changes, it stays the state of the source and destination that it was. */
async function commit(
  store: ObjectStore,
  entry: Replication,
  { run, before }: Change,
  owner: SavedIdentity,
  state: JsonText,
): Promise<JsonText> {
  const { tap, source, target, destination } = owner;
  const identity = { tap, ...(source !== undefined && { source }), target, destination };
  const previous = before?.pipeline === entry.name ? { previous: before.run } : {};
  await commitState(store, {
    version: 1,
    pipeline: entry.name,
    run,
    ...identity,
    ...previous,
    time: new Date().toISOString(),
    state,
  });
  return state;
}

/** A state that cannot be read may be replaced all the same: that is what repairs it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
