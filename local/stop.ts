/** A request to end a run before its time: once to drain and stop, twice to stop now. */
export interface Stop {
  /** How often it was asked for. */
  readonly count: number;

  /** Why, in words for the run's error; undefined as long as nobody asked. */
  readonly reason: string | undefined;

  /** Aborted by the first request: for work that has nothing to drain. */
  readonly signal: AbortSignal;

  /** Asks once more. */
  request(reason: string): void;

  /** Calls a listener at each request to come; returns what takes the listener away. */
  onRequest(listener: () => void): () => void;
}

/** A stop that nobody has asked for yet. */
export function createStop(): Stop {
  const listeners = new Set<() => void>();
  const controller = new AbortController();
  let count = 0;
  let reason: string | undefined;
  return {
    get count() {
      return count;
    },
    get reason() {
      return reason;
    },
    signal: controller.signal,
    request(why) {
      count += 1;
      reason ??= why;
      controller.abort();
      for (const listener of [...listeners]) listener();
    },
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Waits a number of seconds, or until a stop is asked for. */
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
