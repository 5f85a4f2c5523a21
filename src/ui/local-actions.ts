import { commandsFor, type Commands } from "../common/commands";
import { UserError } from "../common/errors";
import { cancelLocalRun } from "../run/cancel-run";
import { findReplication, type Project } from "../run/project";
import { leaseGuard } from "../run/change-state";
import { GRACE_SECONDS } from "../run/stop";
import type { ObjectStore } from "../store/object-store";
import { FULL_REFRESH, type ConsoleActions, type OptionName, type Plan } from "./actions";
import type { Action, Rights } from "./buttons";
import { planRollback, runOf, takeRollback } from "./rollback";
import { startLocalRun } from "./start-local-run";

/** Actions on runs of this machine. */
export const LOCAL_RIGHTS: Rights = new Set(["run", "cancel", "rollback"]);

/** What local actions work with. */
export interface LocalActionsArgs {
  readonly project: Project;
  readonly store: ObjectStore;
  /** Commands to show. */
  readonly commands?: Commands;
}

/** Takes actions on this machine, each like the verb of the same name. */
export function localActions({
  project,
  store,
  commands = commandsFor(),
}: LocalActionsArgs): ConsoleActions {
  return {
    async plan(action) {
      const { pipeline } = action;
      findReplication(project, pipeline);
      switch (action.action) {
        case "run":
          return planRun(pipeline, commands);
        case "cancel":
          return planCancel(action, commands);
        case "rollback":
          return planRollback(store, action, commands);
        default:
          throw notHere(action);
      }
    },
    async take(action, options) {
      const { pipeline } = action;
      const { formerName } = findReplication(project, pipeline);
      switch (action.action) {
        case "run":
          return startLocalRun({ root: project.root, store, pipeline, flags: flagsOf(options) });
        case "cancel": {
          const { workflow } = await cancelLocalRun(store, pipeline, runOf(action));
          return `${pipeline}: run ${workflow} is stopping.`;
        }
        case "rollback":
          return takeRollback(store, leaseGuard(store), action, formerName);
        default:
          throw notHere(action);
      }
    },
  };
}

function planRun(pipeline: string, { tapctl }: Commands): Plan {
  return {
    title: `Run ${pipeline}`,
    text: [
      "The pipeline runs on this machine, from its saved state to its target.",
      "It continues if the console is closed. The first run installs its connectors.",
    ],
    command: tapctl(`run ${pipeline}`),
    options: [
      FULL_REFRESH,
      { name: "offline", label: "Read bundled sample data instead of the source (--offline)" },
    ],
  };
}

function planCancel(action: Action, { tapctl }: Commands): Plan {
  const { pipeline } = action;
  return {
    title: `Cancel the run of ${pipeline}`,
    text: [
      `Run ${runOf(action)} stops: what was extracted so far is loaded and the state is saved, within ${GRACE_SECONDS} seconds.`,
      "It ends as interrupted, and its follow-ups do not run.",
    ],
    command: tapctl(`cancel ${pipeline} ${runOf(action)}`),
    options: [],
  };
}

/** Options of the command for the chosen ones. */
function flagsOf(options: ReadonlySet<OptionName>): readonly string[] {
  return [
    ...(options.has("fullRefresh") ? ["--full-refresh"] : []),
    ...(options.has("offline") ? ["--offline"] : []),
  ];
}

function notHere({ action }: Action): UserError {
  return new UserError(`The action ${action} needs a cluster.`, {
    fix: ({ tapctlOnCluster }) => `Open the console with: ${tapctlOnCluster("ui --allow-changes")}`,
  });
}
