import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import type { Replication } from "../model/replication";
import { newestBookmark, setBack, type State } from "../store/state/bookmarks";

/** Settings and state of a run that starts at a given day. */
export interface StartDay {
  /** State that replaces the saved one; undefined for no state. */
  readonly state: JsonText | undefined;
  /** Settings that override the tap's config in this run. */
  readonly settings: JsonObject;
}

/**
 * Prepares a run that starts at a day. In a saved state, later dates and times are set back to the
 * day and the rest stays unchanged; without a state, the tap's setting for its first day is used.
 * If the tap has such a setting, it is set to the day in both cases, because many taps never go
 * back behind it.
 *
 * @param saved saved Singer state; null or undefined if there is none
 * @throws UserError if neither contains a day, or if the state is older than the day.
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
