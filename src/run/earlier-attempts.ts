import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunnerResult } from "./runner";

/** What the attempts of a stream have come to so far; the runner adds them to what the next one moves. */
export interface EarlierAttempts {
  /** Result of the newest attempt that counted, whose numbers hold those before it; undefined before the first. */
  readonly result: RunnerResult | undefined;
  /** Records whose progress the next attempt resumes from. */
  readonly resumed: number;
}

/** Before the first attempt. */
export const NO_ATTEMPTS: EarlierAttempts = { result: undefined, resumed: 0 };

/** The attempts so far with one more; one whose runner was killed counted nothing. */
export function withAttempt(
  { result: before, resumed }: EarlierAttempts,
  result: RunnerResult,
): EarlierAttempts {
  return {
    result: result.records === undefined ? before : result,
    resumed: resumed + (result.progress ?? 0),
  };
}

/** Writes the sums of the attempts so far to a file for the next one; undefined before the first attempt. */
export function writeEarlier(
  { result, resumed }: EarlierAttempts,
  folder: string,
): string | undefined {
  if (result === undefined) return undefined;
  const {
    records,
    earlierRecords,
    taken,
    bytes,
    lines,
    badLines,
    recoveredLines,
    batchFiles,
    uncountedFiles,
    leftOut,
    leftOutCount,
  } = result;
  const counts = {
    records,
    earlierRecords,
    taken,
    bytes,
    lines,
    badLines,
    recoveredLines,
    batchFiles,
    uncountedFiles,
    leftOut,
    leftOutCount,
    resumed,
  };
  const file = join(folder, "earlier.json");
  writeFileSync(file, JSON.stringify(counts), { mode: 0o600 });
  return file;
}
