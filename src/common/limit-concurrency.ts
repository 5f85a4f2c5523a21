/** Returns a function that runs work, at most `limit` pieces in parallel; the others wait in their order. */
export function limitConcurrency(
  limit: number,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place passes to the next one without becoming free.
      if (next) next();
      else running -= 1;
    }
  };
}
