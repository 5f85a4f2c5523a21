import { hasEnded } from "../workflow-status";
import { type Check, ifKnown } from "./check";
import { fail, ok } from "./finding";

/** Does a run wait for a lock that will never be released? */
export const locksCheck: Check = ({ waiting, workflows, namespace }) =>
  ifKnown("locks", waiting, (found) => {
    if (!workflows.ok) return [];
    const alive = new Set(
      workflows.value
        .filter((workflow) => !hasEnded(workflow))
        .map(({ metadata }) => metadata.name),
    );
    const dead = found.filter(({ holder }) => !alive.has(holder));
    if (dead.length === 0)
      return ok(
        "locks",
        found.length === 0 ? "no run is waiting" : `${found.length} waiting for runs in progress`,
      );
    return dead.flatMap(({ workflow, holder }) =>
      fail(
        "locks",
        `${workflow} waits for the lock of ${holder}, which has ended or is gone`,
        ({ kubectl }) =>
          `restart the controller, which reloads its locks; then check the run: ${kubectl(`get workflow ${workflow} -n ${namespace}`)}`,
      ),
    );
  });
