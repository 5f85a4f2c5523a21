import { isReplication, type PipelineEntry } from "../model/define";
import { identityOf } from "../model/identity";
import type { Replication } from "../model/replication";
import { stringifyJson } from "../common/json";

/** The entries of two arrays, matched. */
export interface Pairing {
  /** Entries only in the new array. */
  readonly added: readonly PipelineEntry[];
  /** Entries in both arrays, before and after, including renames with `formerName`. */
  readonly kept: readonly (readonly [before: PipelineEntry, after: PipelineEntry])[];
  /** Entries only in the old array. */
  readonly removed: readonly PipelineEntry[];
}

/** Matches entries by name, otherwise by former name. */
export function pairEntries(
  before: readonly PipelineEntry[],
  after: readonly PipelineEntry[],
): Pairing {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const names = new Set(after.map(({ name }) => name));
  const earlier = (entry: PipelineEntry) =>
    old.get(entry.name) ??
    (entry.formerName === undefined || names.has(entry.formerName)
      ? undefined
      : old.get(entry.formerName));
  const pairs = after.map((entry) => ({ entry, before: earlier(entry) }));
  const taken = new Set(pairs.flatMap((pair) => (pair.before ? [pair.before.name] : [])));
  return {
    added: pairs.flatMap((pair) => (pair.before ? [] : [pair.entry])),
    kept: pairs.flatMap((pair) => (pair.before ? [[pair.before, pair.entry] as const] : [])),
    removed: before.filter(({ name }) => !taken.has(name)),
  };
}

/**
 * New entries that match a removed one, by name, with the name of the removed one: probably a
 * rename without `formerName`, which would start without state.
 */
export function likelyRenames({ added, removed }: Pairing): ReadonlyMap<string, string> {
  const former = new Map(removed.filter(isReplication).map((entry) => [workOf(entry), entry.name]));
  const unclaimed = added
    .filter(isReplication)
    .filter(({ formerName }) => formerName === undefined);
  return new Map(
    unclaimed.flatMap((entry) => {
      const name = former.get(workOf(entry));
      return name === undefined ? [] : [[entry.name, name] as const];
    }),
  );
}

/** Identifies the same tap with the same settings and destination. */
function workOf(entry: Replication): string {
  return stringifyJson([
    identityOf(entry),
    Object.entries(entry.tap.settings).sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);
}
