/** Maps items with an async function, at most `limit` in parallel, and keeps their order. */
export async function mapConcurrent<T, Result>(
  limit: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
