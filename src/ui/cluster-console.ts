import type { Connection } from "../cluster/connection";
import { followWorkflow } from "../cluster/follow";
import { findRun, isInProgress, logOfRun } from "../cluster/run-logs";
import { runSteps, type RunStep } from "../cluster/run-steps";
import { absent } from "../cluster/api-errors";
import type { Commands } from "../common/commands";
import type { ObjectStore } from "../store/object-store";
import { readClusterPipelines, type ClusterReading } from "./cluster-source";
import { livePipelines } from "./live";
import type { ConsoleLink, ConsoleSource, LogRequest } from "./source";

/** What the console of a cluster shows. */
export interface ClusterConsoleArgs extends ClusterReading {
  readonly commands: Commands;
  readonly links: readonly ConsoleLink[];
}

/** The runs of a cluster. @throws UserError if it cannot be read. */
export async function clusterConsole(args: ClusterConsoleArgs): Promise<ConsoleSource> {
  const { connection, store, entries, commands, links } = args;
  const live = livePipelines(entries);
  const { refresh } = await readClusterPipelines(live, args);
  return {
    live,
    store,
    place: `${store.url}, namespace ${connection.namespace}`,
    links,
    commands,
    refresh,
    steps: (pipeline, run) => stepsOf(connection, store, pipeline, run),
    followLog: (request) => followLog(connection, store, request),
  };
}

async function stepsOf(
  connection: Connection,
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<readonly RunStep[]> {
  const { workflow } = (await findRun(connection, store, pipeline, run).catch(absent)) ?? {};
  return workflow === undefined ? [] : runSteps(workflow);
}

async function followLog(
  connection: Connection,
  store: ObjectStore,
  { pipeline, run, signal, onLine, onNote }: LogRequest,
): Promise<void> {
  const found = await findRun(connection, store, pipeline, run);
  if (found.workflow !== undefined && isInProgress(found)) {
    const follower = { line: onLine, progress: onNote };
    await followWorkflow(connection, found.workflow.metadata.name, follower, { signal });
    return;
  }
  const { lines, gaps } = await logOfRun(connection, store, { pipeline, ...found }, [
    "tap",
    "target",
  ]);
  lines.forEach(onLine);
  gaps.forEach(onNote);
}
