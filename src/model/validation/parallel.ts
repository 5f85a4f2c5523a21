import type { Replication } from "../replication";
import { isFields } from "./checks";

/** Most taps and targets of a pipeline. */
export const MOST_SLICES = 16;

/**
 * Why `parallel` has no effect in a pipeline; undefined if it has, or is not set. What only a run
 * can tell is not included.
 */
export function serialReason(
  entry: Pick<Replication, "tap" | "target" | "streams" | "parallel" | "configFrom">,
): string | undefined {
  if ((entry.parallel ?? 1) === 1) return undefined;
  const { name, singleWriter } = entry.target.connector;
  if (singleWriter) return `${name} supports only one writer`;
  if (entry.streams === undefined && entry.configFrom !== "store")
    return "the tap selects its streams itself\nList them in `streams`.";
  return undefined;
}

/** Notes about a pipeline for which `parallel` has no effect. */
export function parallelNotes(entry: unknown): readonly string[] {
  if (!isFields(entry) || !isFields(entry["tap"]) || !isFields(entry["target"])) return [];
  if (!isFields(entry["target"]["connector"]) || typeof entry["parallel"] !== "number") return [];
  const reason = serialReason(entry as unknown as Replication);
  return reason === undefined
    ? []
    : [`parallel ${entry["parallel"]}: has no effect, because ${reason}`];
}
