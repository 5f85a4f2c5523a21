import { plural } from "../../common/plural";
import { isReplication } from "../../model/define";
import { changedParts, identityOf } from "../../model/identity";
import { ageOf } from "../../store/state/bookmarks";
import { BUCKET_FIRST, type Check, ifKnown } from "./check";
import type { DoctorFacts, StateFact } from "./facts";
import { fail, type Finding, ok, warn } from "./finding";

/**
 * Is a saved state without a good run, ahead of the current time, or from another source or
 * destination?
 */
export const statesCheck: Check = ({ states, now, entries }) =>
  ifKnown(
    "states",
    states,
    (found) => {
      const each = found.flatMap((state) =>
        "unreadable" in state
          ? fail("states", `${state.pipeline}: ${state.unreadable}`, state.todo)
          : [...unbacked(state), ...ahead(state, now), ...foreign(state, entries)],
      );
      const problems = [...each, ...withoutRuns(found.filter((state) => "savedBy" in state))];
      return problems.length > 0
        ? problems
        : ok("states", `${found.length} saved, each by an existing run`);
    },
    BUCKET_FIRST,
  );

/**
 * If all runs have expired or were lost with the bucket, nothing indicates that the state is wrong.
 */
function withoutRuns(states: readonly StateFact[]): readonly Finding[] {
  const names = states
    .filter(({ hasRun, newestGood }) => !hasRun && newestGood === null)
    .map(({ pipeline }) => pipeline);
  if (names.length === 0) return [];
  return warn(
    "states",
    `saved by runs that no longer exist, with no other successful run: ${names.join(", ")}`,
    "if they were restored from a backup or the runs have expired, do nothing: the next runs resume from these states",
  );
}

function unbacked({
  pipeline,
  savedBy,
  savedAt,
  newestGood,
  hasRun,
}: StateFact): readonly Finding[] {
  if (hasRun || newestGood === null || savedBy <= newestGood) return [];
  return warn(
    "states",
    `${pipeline}: the state was saved at ${savedAt} by ${savedBy}, which does not exist; the newest successful run is ${newestGood}`,
    ({ tapctl }) =>
      `this is expected after a manual change; otherwise roll back: ${tapctl(`state history ${pipeline}`)}, then ${tapctl(`state rollback ${pipeline}`)}`,
  );
}

function ahead({ pipeline, bookmarks }: StateFact, now: Date): readonly Finding[] {
  return bookmarks.flatMap((bookmark) => {
    const age = ageOf(bookmark, now);
    if (age >= 0) return [];
    const days = Math.max(1, Math.round(-age / 86_400));
    const where =
      bookmark.stream === null ? "its bookmark" : `the bookmark of stream "${bookmark.stream}"`;
    return fail(
      "states",
      `${pipeline}: ${where} ${bookmark.value} is ${plural(days, "day")} in the future: runs skip everything before it`,
      ({ tapctl }) =>
        `check: ${tapctl(`state history ${pipeline}`)}; roll back: ${tapctl(`state rollback ${pipeline}`)}`,
    );
  });
}

/** States that the next run rejects with exit code 17. */
function foreign(
  { pipeline, identity }: StateFact,
  entries: DoctorFacts["entries"],
): readonly Finding[] {
  const entry = entries.find(({ name }) => name === pipeline);
  if (entry === undefined || !isReplication(entry)) return [];
  const others = changedParts(identity, identityOf(entry));
  if (others.length === 0) return [];
  return fail(
    "states",
    `${pipeline}: its saved state belongs to a different ${others.join(" and ")} than in the array; the next run will fail`,
    ({ tapctl }) =>
      `start over: ${tapctl(`run ${pipeline} --full-refresh`)}; or resume from the saved state: ${tapctl(`run ${pipeline} --keep-state`)}`,
  );
}
