import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import type { Replication } from "../model/replication";
import { newestBookmark, setBack, type State } from "../store/state/bookmarks";

/** Settings and state of a run that starts at a day. */
export interface StartDay {
  /** State in place of the saved one; undefined for none at all. */
  readonly state: JsonText | undefined;
  /** Settings of the tap for this run, over its own. */
  readonly settings: JsonObject;
}

/**
 * How a run begins at a day. Where a state is saved, its dates and times that are later are set back to the day, and
 * nothing else in it changes; without one the tap's own setting for its first day counts. Where the tap has that setting
 * it becomes the day in both cases, because many taps never go back behind it.
 *
 * @param saved the Singer state in force; null or undefined for none
 * @throws UserError where neither says anything of days, or where the state has not come that far.
 */
export function startAt({ name, tap }: Replication, saved: State, day: string): StartDay {
  const { window } = tap.connector;
  const settings = window === undefined ? {} : { [window.from]: day };
  if (saved !== null && saved !== undefined) {
    const { state, changed } = setBack(saved, day);
    if (changed > 0) return { state, settings };
    const newest = newestBookmark(saved);
    if (newest !== undefined)
      throw new UserError(
        `--from ${day}: the saved state of "${name}" is at ${newest.value}, before that day.`,
        { fix: "Omit --from: the run resumes from the saved state and skips nothing." },
      );
  }
  if (window === undefined) {
    throw new UserError(
      `--from ${day}: ${saved ? `the saved state of "${name}" has no dates` : `"${name}" has no saved state`}, and ${tap.connector.name} declares no setting for its first day.`,
      { fix: "Pass a state with --state FILE, or start over with --full-refresh." },
    );
  }
  return { state: undefined, settings };
}
