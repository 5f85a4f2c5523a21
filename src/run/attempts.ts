import { DEFAULTS } from "../model/defaults";
import type { Retries } from "../model/entry";
import { requireSeconds } from "../model/units";
import { pause, type Stop } from "./stop";

/** Result of the last attempt and how many there were. */
export interface Attempted<Result> {
  readonly result: Result;
  readonly attempts: number;
}

/**
 * Pause before an attempt: it doubles from one to the next, up to the longest.
 *
 * @param attempt number of the attempt that failed, from 1
 */
export function delaySeconds(retries: Retries | undefined, attempt: number): number {
  const first = requireSeconds(retries?.delay ?? DEFAULTS.localRetryDelay);
  const longest = requireSeconds(retries?.maxDelay ?? DEFAULTS.retries.maxDelay);
  return Math.min(first * 2 ** (attempt - 1), longest);
}

/**
 * Calls a step until it succeeds, may not be tried again, or the tries are used up.
 *
 * @param step does the work of one attempt, numbered from 1
 * @param retryable whether a result may be better next time
 * @param onRetry told before each pause
 */
export async function attempt<Result>(
  retries: Retries | undefined,
  stop: Stop,
  step: (attempt: number) => Promise<Result>,
  retryable: (result: Result) => boolean,
  onRetry: (result: Result, attempt: number, seconds: number) => void,
): Promise<Attempted<Result>> {
  const limit = (retries?.limit ?? DEFAULTS.retries.limit) + 1;
  for (let attempts = 1; ; attempts += 1) {
    const result = await step(attempts);
    if (attempts >= limit || stop.count > 0 || !retryable(result)) return { result, attempts };
    const seconds = delaySeconds(retries, attempts);
    onRetry(result, attempts, seconds);
    await pause(seconds, stop);
    if (stop.count > 0) return { result, attempts };
  }
}
