import { Clock, isHeld, IsAlive, LeaseRecord, parseLease } from "./lease-record";
import { leaseKey, leasePrefix } from "../keys";
import { ObjectStore } from "../object-store";

/** Existing generations, lowest first. */
export async function generations(store: ObjectStore, name: string): Promise<readonly number[]> {
  const found = (await store.list(leasePrefix(name))).map(
    ({ key }) => /\/(\d+)\.json$/.exec(key)?.[1],
  );
  return found
    .flatMap((digits) => (digits === undefined ? [] : [Number(digits)]))
    .sort((a, b) => a - b);
}

/** The record of a generation; undefined if it does not exist or is unreadable. */
export async function readGeneration(
  store: ObjectStore,
  name: string,
  generation: number,
): Promise<LeaseRecord | undefined> {
  const body = await store.get(leaseKey(name, generation));
  return body === undefined ? undefined : parseLease(body);
}

/** The holder of the lease in a generation (0: none); undefined if the lease is free. */
export async function holderOf(
  store: ObjectStore,
  name: string,
  generation: number,
  clock: Clock,
  isAlive: IsAlive,
): Promise<LeaseRecord | undefined> {
  const record = generation === 0 ? undefined : await readGeneration(store, name, generation);
  return record !== undefined && isHeld(record, clock, isAlive) ? record : undefined;
}
