import { setTimeout as pause } from "node:timers/promises";
import type { LivePipelines } from "./live";

/** Pauses between two readings, in milliseconds. */
export interface Pauses {
  /** While a page is open. */
  readonly watched: number;
  readonly unwatched: number;
}

/** Waits until the next reading: the shorter pause as soon as a page is open. */
export async function restUntilNext(
  live: Pick<LivePipelines, "isWatched">,
  { watched, unwatched }: Pauses,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  do await pause(watched, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted && !live.isWatched && performance.now() - begun < unwatched);
}
