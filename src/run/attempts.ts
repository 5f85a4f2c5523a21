import { DEFAULTS } from "../model/defaults";
import type { Retries } from "../model/entry";
import { requireSeconds } from "../model/units";
import { pause, type Stop } from "./stop";

/** Result of the last attempt, and the number of attempts. */
export interface Attempted<Result> {
  readonly result: Result;
  readonly attempts: number;
}

/**
 * Delay after a failed attempt. It doubles with each retry, up to the longest delay.
 *
 * @param attempt number of the failed attempt, from 1
 */
export function delaySeconds(retries: Retries | undefined, attempt: number): number {
  const first = requireSeconds(retries?.delay ?? DEFAULTS.localRetryDelay);
  const longest = requireSeconds(retries?.maxDelay ?? DEFAULTS.retries.maxDelay);
  return Math.min(first * 2 ** (attempt - 1), longest);
}

/**
 * Calls a step until it succeeds, must not be retried, or has used all retries.
 *
 * @param step runs one attempt, numbered from 1
 * @param retryable whether a retry may have a better result
 * @param onRetry called before each delay
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
