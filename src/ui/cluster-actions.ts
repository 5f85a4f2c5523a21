import { commandsFor, type Commands } from "../common/commands";
import { formatBytes } from "../common/print";
import type { Connection } from "../cluster/connection";
import { cancelRun, suspendSchedule } from "../cluster/control";
import { holdGuard } from "../cluster/hold";
import { extractOf, retryRun } from "../cluster/retry";
import { startRun } from "../cluster/start-run";
import { deployedPipeline } from "../cluster/submit";
import type { PipelineEntry } from "../model/define";
import { isReplication } from "../model/define";
import type { ObjectStore } from "../store/object-store";
import { FULL_REFRESH, type ConsoleActions, type Plan } from "./actions";
import { ACTIONS, type Action, type Rights } from "./buttons";
import { planRollback, runOf, takeRollback } from "./rollback";

/** Actions on a cluster. */
export const CLUSTER_RIGHTS: Rights = new Set(ACTIONS);

/** Longest wait for a run in progress before a state is changed. */
const WAIT_SECONDS = 600;

/** What actions on a cluster work with. */
export interface ClusterActionsArgs {
  readonly connection: Connection;
  readonly store: ObjectStore;
  readonly entries: readonly PipelineEntry[];
  /** Commands to show. */
  readonly commands?: Commands;
}

/** Takes actions on a cluster, each like the verb of the same name. */
export function clusterActions(args: ClusterActionsArgs): ConsoleActions {
  return {
    plan: (action) => planOf(args, action),
    take: async (action, options) => {
      const { connection, store } = args;
      const { pipeline } = action;
      switch (action.action) {
        case "run": {
          const { run, workflow } = await startRun(
            connection,
            () => Promise.resolve(store),
            pipeline,
            { from: options.has("fullRefresh") ? { kind: "refresh" } : { kind: "saved" } },
          );
          return `${pipeline}: run ${run} (Workflow ${workflow}) has started.`;
        }
        case "cancel": {
          const { workflow, how } = await cancelRun(connection, pipeline, runOf(action));
          return how === "removed"
            ? `${pipeline}: ${workflow} had not started and was deleted.`
            : `${pipeline}: ${workflow} is stopping.`;
        }
        case "retry": {
          const { run, extract } = await retryRun(
            connection,
            store,
            pipeline,
            runOf(action),
            options.has("dataOnly"),
          );
          return `${pipeline}: run ${run} loads ${formatBytes(extract.bytes)} from run ${extract.run}.`;
        }
        case "suspend":
        case "resume": {
          const suspend = action.action === "suspend";
          const changed = await suspendSchedule(connection, pipeline, suspend);
          return `${pipeline}: the schedule is ${changed ? "now" : "already"} ${suspend ? "off" : "on"}.`;
        }
        case "rollback":
          return takeRollback(store, guardOf(connection), action, formerNameOf(args, pipeline));
      }
    },
  };
}

async function planOf(
  { connection, store, entries, commands = commandsFor() }: ClusterActionsArgs,
  action: Action,
): Promise<Plan> {
  const { pipeline } = action;
  const { tapctl, onStack } = commands;
  const base = { options: [], command: tapctl(`${action.action} ${pipeline}`) };
  switch (action.action) {
    case "run": {
      await deployedPipeline(connection, pipeline);
      const entry = entries.find(({ name }) => name === pipeline);
      return {
        ...base,
        title: `Run ${pipeline}`,
        text: [
          "A run starts on the cluster. If another one is in progress, it waits for that to end.",
        ],
        options: entry !== undefined && !isReplication(entry) ? [] : [FULL_REFRESH],
      };
    }
    case "cancel":
      return {
        ...base,
        title: `Cancel the run of ${pipeline}`,
        text: [
          `Run ${runOf(action)} stops: its pods are terminated, it ends as interrupted, and notifications are sent.`,
          "The saved state is unchanged unless the run still saves it.",
        ],
        command: tapctl(`cancel ${pipeline} ${runOf(action)}`),
      };
    case "retry": {
      const { run, bytes } = await extractOf(store, pipeline, runOf(action), false);
      return {
        ...base,
        title: `Load the extract of ${pipeline} again`,
        text: [
          `A run loads the stored extract of run ${run} (${formatBytes(bytes)}) without reading the source, saves its state and runs the follow-ups.`,
        ],
        command: tapctl(`retry ${pipeline} ${run}`),
        options: [
          {
            name: "dataOnly",
            label: "Load the data without saving state or running follow-ups (--data-only)",
          },
        ],
      };
    }
    case "suspend":
    case "resume":
      return {
        ...base,
        title: action.action === "suspend" ? `Suspend ${pipeline}` : `Resume ${pipeline}`,
        text: [
          action.action === "suspend"
            ? "The schedule is turned off. A current run continues, and manual runs still work."
            : "The schedule is turned back on.",
          `The next \`${onStack("up")}\` restores the setting in the array.`,
        ],
      };
    case "rollback":
      return planRollback(store, action, commands);
  }
}

function guardOf(connection: Connection) {
  return holdGuard(connection, {
    waitSeconds: WAIT_SECONDS,
    onWait: () => undefined,
    signal: new AbortController().signal,
  });
}

function formerNameOf({ entries }: ClusterActionsArgs, pipeline: string): string | undefined {
  const entry = entries.find(({ name }) => name === pipeline);
  return entry !== undefined && isReplication(entry) ? entry.formerName : undefined;
}
