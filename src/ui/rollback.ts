import type { Commands } from "../common/commands";
import { UserError } from "../common/errors";
import { restoreState } from "../run/state-changes";
import { type Guard } from "../run/change-state";
import { describeState } from "../store/runs/run-text";
import type { ObjectStore } from "../store/object-store";
import { diffStates } from "../store/state/bookmarks";
import { readState } from "../store/state/state";
import { noneIfUnreadable } from "../store/state/state-envelope";
import { rollbackTarget } from "../store/state/state-history";
import type { Plan } from "./actions";
import type { Action } from "./buttons";

/** Most differences that a dialog lists. */
const MOST_CHANGES = 30;

/** What restoring a state will change. */
export async function planRollback(
  store: ObjectStore,
  action: Action,
  { tapctl }: Commands,
): Promise<Plan> {
  const { pipeline } = action;
  const run = runOf(action);
  const [target, saved] = await Promise.all([
    rollbackTarget(store, pipeline, run),
    readState(store, pipeline).catch(noneIfUnreadable),
  ]);
  const changes = diffStates(saved?.envelope.state, target.state);
  return {
    title: `Restore the state of ${pipeline}`,
    text: [
      `The next run resumes from the state that run ${run} saved: ${describeState(target.state)}.`,
      changes.length === 0
        ? "It is equal to the saved state."
        : "What was replicated since then is replicated again.",
      "The change waits for a run in progress to end. Every state stays in the history, so it can be undone.",
    ],
    changes:
      changes.length > MOST_CHANGES
        ? [...changes.slice(0, MOST_CHANGES), `and ${changes.length - MOST_CHANGES} more`]
        : changes,
    command: tapctl(`state rollback ${pipeline} ${run}`),
    options: [],
  };
}

/** Restores a state while no run is in progress. */
export async function takeRollback(
  store: ObjectStore,
  guard: Guard,
  action: Action,
  formerName: string | undefined,
): Promise<string> {
  const { pipeline } = action;
  const { before, after } = await restoreState(
    { store, guard },
    { name: pipeline, ...(formerName !== undefined && { formerName }) },
    runOf(action),
  );
  return `${pipeline}: ${describeState(before)} -> ${describeState(after)}`;
}

/** The run that an action is about. @throws UserError if it names none. */
export function runOf({ action, run }: Action): string {
  if (run === undefined) throw new UserError(`The action ${action} needs a run.`);
  return run;
}
