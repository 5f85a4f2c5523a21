import { problemOf, UserError } from "../../common/errors";
import { leaseKey } from "../keys";
import { LeaseLost } from "./lease-errors";
import { generations, readGeneration } from "./lease-generations";
import { Clock, LeaseRecord } from "./lease-record";
import { ObjectStore } from "../object-store";

/**
 * A lease held by this process. It renews itself until it is released or lost, and does not keep
 * the process running.
 */
export interface Lease {
  /** Generation, 1 or more. */
  readonly generation: number;
  /** Renews the lease now. @throws LeaseLost */
  renew(): Promise<void>;
  /**
   * Renews the lease and verifies that this run still holds it. Called right before a state is
   * saved. @throws LeaseLost
   */
  verify(): Promise<void>;
  /** Releases the lease. Never fails: if the store is not writable, the lease expires. */
  release(): Promise<void>;
  /**
   * Calls the listener once when the lease is lost, immediately if it already is; returns a
   * function that removes the listener.
   */
  onLost(listener: (error: LeaseLost) => void): () => void;
}

/** A generation that this process has just created. */
export interface TakenLease {
  /** Store of the lease. */
  readonly store: ObjectStore;
  /** The pipeline. */
  readonly name: string;
  /** Number of the generation. */
  readonly generation: number;
  /** Returns the current record of this process. */
  readonly record: () => LeaseRecord;
  /** Uptime until which the written lease is valid. */
  readonly until: number;
  readonly clock: Clock;
  /** Milliseconds until the lease expires without renewal. */
  readonly ttlMs: number;
}

/** Keeps a lease: heartbeat, loss and release, one request at a time. */
export function keepLease({
  store,
  name,
  generation,
  record,
  clock,
  ttlMs,
  ...taken
}: TakenLease): Lease {
  const key = leaseKey(name, generation);
  const inTurn = createQueue();
  const listeners = new Set<(error: LeaseLost) => void>();
  let { until } = taken;
  let lost: LeaseLost | undefined;
  let released = false;

  const lose = (why: string): LeaseLost => {
    lost = new LeaseLost(name, why);
    clearTimeout(timer);
    for (const listener of listeners) {
      listener(lost);
    }
    listeners.clear();
    return lost;
  };

  const checkMine = async (): Promise<void> => {
    const why = await lossOf(store, name, generation);
    if (why !== undefined) {
      throw lose(why);
    }
  };

  const prolong = async (): Promise<void> => {
    if (lost !== undefined) {
      throw lost;
    }
    if (released) {
      throw new LeaseLost(name, "it was released");
    }
    await checkMine();
    const next = clock.uptime() + ttlMs;
    await store.put(key, JSON.stringify(record()));
    await checkMine();
    until = next;
  };

  const beat = async (): Promise<void> => {
    try {
      await inTurn(prolong);
    } catch (error) {
      if (lost === undefined && !released && clock.uptime() >= until) {
        lose(`it could not be renewed in time (${problemOf(error)})`);
      }
    }
    if (lost === undefined && !released) {
      timer = schedule();
    }
  };
  const schedule = (): NodeJS.Timeout => setTimeout(() => void beat(), ttlMs / 4).unref();
  let timer = schedule();

  return {
    generation,
    renew: () => inTurn(prolong),
    verify: () => inTurn(prolong),
    release: () =>
      inTurn(async () => {
        if (lost !== undefined || released) {
          return;
        }
        released = true;
        clearTimeout(timer);
        try {
          await checkMine();
          await store.put(key, JSON.stringify({ ...record(), expires: 0 }));
        } catch (error) {
          if (!(error instanceof UserError)) {
            throw error;
          }
        }
      }),
    onLost: (listener) => {
      if (lost !== undefined) {
        listener(lost);
        return () => undefined;
      }
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Runs works sequentially, in the order of the calls. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let queue: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
}

/** Why a generation is not the current one; undefined if it is. */
async function lossOf(
  store: ObjectStore,
  name: string,
  generation: number,
): Promise<string | undefined> {
  const known = await generations(store, name);
  const highest = known.at(-1) ?? 0;
  if (highest > generation) {
    const other = await readGeneration(store, name, highest);
    return other === undefined
      ? "another run took it over"
      : `run ${other.run} on host ${other.host} took it over`;
  }
  return known.includes(generation)
    ? undefined
    : `its lease ${leaseKey(name, generation)} was removed`;
}
