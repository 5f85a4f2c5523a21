import { UserError } from "../errors";
import { identityOf } from "../pipelines/identity";
import type { Replication } from "../pipelines/replication";
import { newRunId } from "../store/keys";
import { acquireLease } from "../store/lease";
import type { ObjectStore } from "../store/object-store";
import { bareState, commitState, deleteState, readState, type StateEnvelope } from "../store/state";
import { rollbackState } from "../store/state-history";

/** What a change by hand did; null stands for no state. */
export interface StateChange {
  readonly pipeline: string;
  /** The Singer state in force before. */
  readonly before: unknown;
  /** The Singer state in force now. */
  readonly after: unknown;
}

/** Puts a state in force as if a run of today had saved it: of the pipeline's own tap, target and destination. */
export function setState(store: ObjectStore, entry: Replication, state: unknown): Promise<StateChange> {
  return change(store, entry, async (run) => {
    const envelope: StateEnvelope = { version: 1, pipeline: entry.name, run, ...identityOf(entry), time: new Date().toISOString(), state };
    await commitState(store, envelope);
    return state;
  });
}

/** Forgets the state: the next run begins anew. What was there stays in the history. */
export function resetState(store: ObjectStore, entry: Replication): Promise<StateChange> {
  return change(store, entry, async (run) => {
    await deleteState(store, entry.name, { run, ...(entry.formerName !== undefined && { formerName: entry.formerName }) });
    return null;
  });
}

/** Puts an earlier state in force again: the one that a run saved, or the one before the present one. */
export function rollBackState(store: ObjectStore, entry: Replication, run: string | undefined): Promise<StateChange> {
  return change(store, entry, async () => (await rollbackState(store, entry.name, run)).state);
}

/**
 * The Singer state in a text: bare, or in the envelope that `state show --json` prints.
 *
 * @param where named in the error, such as a file
 * @throws UserError where it is none
 */
export function parseState(where: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: not JSON; a Singer state is a JSON object`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UserError(`${where}: a Singer state is a JSON object`);
  return bareState(value);
}

/** Changes the state under the pipeline's own lease, so that no run is under way meanwhile. */
async function change(store: ObjectStore, entry: Replication, apply: (run: string) => Promise<unknown>): Promise<StateChange> {
  const run = newRunId(new Date());
  const lease = await acquireLease(store, entry.name, { run });
  try {
    const before = (await readState(store, entry.name, entry.formerName).catch(unreadable))?.envelope.state ?? null;
    await lease.verify();
    return { pipeline: entry.name, before, after: await apply(run) };
  } finally {
    await lease.release();
  }
}

/** A state that cannot be read may be replaced all the same: that is what repairs it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
