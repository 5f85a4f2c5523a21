/**
 * One run of a pipeline at a time, over a store that can create an object only if its name is free, but
 * not compare and swap. A lease is a row of generations, `leases/<pipeline>/0000000007.json`; the highest
 * one rules. Taking a free lease is creating the next generation. The highest is never deleted while its
 * owner counts on it, so a number is not used twice. A challenger writes its generation and then looks at
 * the old one again; an owner writes its renewal and then looks for a higher generation: of an owner and a
 * challenger who meet, at least one sees the other and gives way.
 */
import { leaseKey } from "../keys";
import { LeaseHeld } from "./lease-errors";
import { generations, holderOf } from "./lease-generations";
import { keepLease, Lease } from "./lease-keeper";
import { isProcessAlive } from "../../common/processes";
import { Clock, IsAlive, LeaseRecord, self, systemClock } from "./lease-record";
import { ObjectStore } from "../object-store";

export { LeaseHeld, LeaseLost } from "./lease-errors";
export type { Lease } from "./lease-keeper";

/** How a lease is acquired. */
export interface LeaseOptions {
  /** Id of the run that acquires it, for messages to others. */
  readonly run: string;
  /** Who acquires it, for messages to others. Default: the user's name. */
  readonly owner?: string;
  /** Seconds until it ends without renewal; it renews every quarter of this. Default 60. */
  readonly ttlSeconds?: number;
  /** What it is timed by. Default: the machine's clocks. */
  readonly clock?: Clock;
  /** Whether a process of this machine is running. Default: queries the system. */
  readonly isAlive?: IsAlive;
}

const ROUNDS = 10;

/**
 * Takes the lease of a pipeline. One that is free, expired, unreadable, or held by a dead process of this
 * machine is acquired immediately.
 * @throws LeaseHeld when another run holds it.
 */
export async function acquireLease(
  store: ObjectStore,
  name: string,
  options: LeaseOptions,
): Promise<Lease> {
  const { clock = systemClock, ttlSeconds = 60, isAlive = isProcessAlive } = options;
  const me = self();
  const since = new Date(clock.now()).toISOString();
  const ttlMs = ttlSeconds * 1000;
  const record = (): LeaseRecord => ({
    ...me,
    owner: options.owner ?? me.owner,
    run: options.run,
    since,
    expires: clock.now() + ttlMs,
    expiresUptime: clock.uptime() + ttlMs,
  });
  let holder: LeaseRecord | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const current = (await generations(store, name)).at(-1) ?? 0;
    holder = await holderOf(store, name, current, clock, isAlive);
    if (holder !== undefined) {
      throw new LeaseHeld(name, holder);
    }
    const mine = current + 1;
    const until = clock.uptime() + ttlMs;
    if (!(await store.putIfAbsent(leaseKey(name, mine), JSON.stringify(record())))) {
      continue;
    }
    const known = await generations(store, name);
    holder = await holderOf(store, name, current, clock, isAlive);
    if (known.at(-1) === mine && holder === undefined) {
      await Promise.all(known.slice(0, -1).map((old) => store.delete(leaseKey(name, old))));
      return keepLease({ store, name, generation: mine, record, until, clock, ttlMs });
    }
    await store.delete(leaseKey(name, mine));
  }
  throw new LeaseHeld(name, holder);
}

/** The current holder of a pipeline's lease; undefined if it is free. */
export async function currentHolder(
  store: ObjectStore,
  name: string,
  clock: Clock = systemClock,
  isAlive: IsAlive = isProcessAlive,
): Promise<LeaseRecord | undefined> {
  return holderOf(store, name, (await generations(store, name)).at(-1) ?? 0, clock, isAlive);
}
