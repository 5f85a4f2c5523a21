/** Seconds from the first stop request until the run is stopped immediately. */
export const GRACE_SECONDS = 30;

/** A request to stop a run: the first drains and stops, the second stops immediately. */
export interface Stop {
  /** Number of requests. */
  readonly count: number;

  /** Reason, for the error of the run; undefined until a stop is requested. */
  readonly reason: string | undefined;

  /** Aborted by the first request: for work that has nothing to drain. */
  readonly signal: AbortSignal;

  /** Aborted by the second request: for work that may finish after the first. */
  readonly atOnce: AbortSignal;

  /** Requests a stop. */
  request(reason: string): void;

  /** Calls a listener at each further request; returns a function that removes the listener. */
  onRequest(listener: () => void): () => void;
}

/** A stop that has not been requested yet. */
export function createStop(): Stop {
  const listeners = new Set<() => void>();
  const first = new AbortController();
  const second = new AbortController();
  let count = 0;
  let reason: string | undefined;
  return {
    get count() {
      return count;
    },
    get reason() {
      return reason;
    },
    signal: first.signal,
    atOnce: second.signal,
    request(why) {
      count += 1;
      reason ??= why;
      first.abort();
      if (count > 1) second.abort();
      for (const listener of [...listeners]) listener();
    },
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Waits a number of seconds, or until a stop is requested. */
export function pause(seconds: number, stop: Stop): Promise<void> {
  return new Promise((resolve) => {
    if (stop.count > 0) return resolve();
    const done = () => {
      clearTimeout(timer);
      remove();
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    const remove = stop.onRequest(done);
  });
}

/**
 * A stop of one run: requests to stop all runs reach it, its own requests reach no other run.
 *
 * @returns the stop, and a function that detaches it
 */
export function stopOf(all: Stop): { readonly stop: Stop; readonly detach: () => void } {
  const stop = createStop();
  const pass = () => stop.request(all.reason ?? "stopped");
  for (let passed = 0; passed < all.count; passed += 1) pass();
  return { stop, detach: all.onRequest(pass) };
}
