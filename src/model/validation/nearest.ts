/**
 * The candidate that a misspelled name most likely means; undefined if none is close enough.
 *
 * Close enough is one edit per three characters of the name, and at least one. A wrong, missing,
 * additional or swapped character is one edit; case is ignored.
 *
 * @example `nearest("shedule", ["name", "schedule"]) === "schedule"`
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly slips: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const slips = slipsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (slips <= limit && (!best || slips < best.slips)) best = { candidate, slips };
  }
  return best?.candidate;
}

/** The suffix `; did you mean "schedule"?` for a message; empty if no candidate is close enough. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const meant = nearest(name, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

/** Restricted Damerau-Levenshtein distance (optimal string alignment). */
function slipsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
