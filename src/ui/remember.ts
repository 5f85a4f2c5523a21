/** A value that is valid for a while. */
export interface Timed<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Most entries that are remembered. */
export const MOST = 1000;

/**
 * Adds an entry, or replaces it; entries that have expired are forgotten, and the oldest ones if
 * there are too many. All entries of a map are valid for the same time, so the oldest expire first.
 */
export function remember<T>(
  entries: Map<string, Timed<T>>,
  id: string,
  entry: Timed<T>,
  now: number,
): void {
  entries.delete(id);
  entries.set(id, entry);
  for (const [oldest, { until }] of entries) {
    if (until > now && entries.size <= MOST) break;
    entries.delete(oldest);
  }
}
