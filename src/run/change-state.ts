import { UserError } from "../common/errors";
import type { JsonText } from "../common/json-text";
import type { SavedIdentity } from "../model/identity";
import type { Replication } from "../model/replication";
import { acquireLease } from "../store/lease/lease";
import type { ObjectStore } from "../store/object-store";
import { nextRunId } from "../store/runs/run-ids";
import { commitState, readState } from "../store/state/state";
import type { StateEnvelope } from "../store/state/state-envelope";

/** Result of a manual change; null means no state. */
export interface StateChange {
  readonly pipeline: string;
  /** Singer state before the change. */
  readonly before: JsonText | null;
  /** Singer state after the change. */
  readonly after: JsonText | null;
}

/**
 * Prevents runs of a pipeline while its state is changed: with the lease of a local store, or the
 * lock of Argo on a cluster.
 */
export type Guard = (pipeline: string, run: string) => Promise<Held>;

/** A pipeline without a run in progress. */
export interface Held {
  /** Verifies that this is still true, just before a state is saved. @throws UserError */
  verify(): Promise<void>;
  /** Allows runs to start again. */
  release(): Promise<void>;
}

/** Where a state is changed. */
export interface StateTarget {
  readonly store: ObjectStore;
  readonly guard: Guard;
}

/** The guard of a local store: its lease. */
export function leaseGuard(store: ObjectStore): Guard {
  return (pipeline, run) => acquireLease(store, pipeline, { run });
}

/** What a change needs to know of a pipeline whose state it replaces as a whole. */
export type Named = Pick<Replication, "name" | "formerName">;

/** A change in progress. */
interface Change {
  /** Id of the change. */
  readonly run: string;
  /** Saved state before the change. */
  readonly before: StateEnvelope | undefined;
}

/** Changes the state while no run is in progress. */
export async function changeState(
  { store, guard }: StateTarget,
  entry: Named,
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

/** Saves a state. A partial change keeps the source and destination of the previous state. */
export async function saveChange(
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

/** An unreadable state may be replaced, which repairs it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
