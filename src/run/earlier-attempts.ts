import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunnerResult } from "./runner";

/** Totals of a stream's attempts so far. The runner adds them to those of the next attempt. */
export interface EarlierAttempts {
  /**
   * Result of the latest attempt with counts, which include earlier attempts; undefined before the
   * first.
   */
  readonly result: RunnerResult | undefined;
  /** Records that the next attempt does not repeat, because it resumes after them. */
  readonly resumed: number;
}

/** What the runner reads of the earlier attempts; see `earlier_attempts.py`. */
const COUNTS = [
  "records",
  "earlierRecords",
  "taken",
  "bytes",
  "lines",
  "badLines",
  "recoveredLines",
  "batchFiles",
  "uncountedFiles",
  "leftOut",
  "leftOutCount",
] as const satisfies readonly (keyof RunnerResult)[];

/** Before the first attempt. */
export const NO_ATTEMPTS: EarlierAttempts = { result: undefined, resumed: 0 };

/** Adds an attempt. One whose runner was killed has no counts. */
export function withAttempt(
  { result: before, resumed }: EarlierAttempts,
  result: RunnerResult,
): EarlierAttempts {
  return {
    result: result.records === undefined ? before : result,
    resumed: resumed + (result.progress ?? 0),
  };
}

/** Writes the totals to a file for the next attempt; undefined before the first attempt. */
export function writeEarlier(
  { result, resumed }: EarlierAttempts,
  folder: string,
): string | undefined {
  if (result === undefined) return undefined;
  const counts = Object.fromEntries(COUNTS.map((name) => [name, result[name]]));
  const file = join(folder, "earlier.json");
  writeFileSync(file, JSON.stringify({ ...counts, resumed }), { mode: 0o600 });
  return file;
}
