import { setTimeout as pause } from "node:timers/promises";
import { tapctl } from "../common/command-text";
import { UserError } from "../common/errors";
import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import { logStreams } from "./log-streams";
import type { PodObject, WorkflowNode, WorkflowObject } from "./objects";
import type { PodLine } from "./pod-logs";
import { isAside, secondsBetween, stepOf, stepText } from "./steps";
import { getWorkflow, listPods, podNodes, waitReason } from "./workflows";

/** What is told of a run that is followed. */
export interface Follower {
  /** A line of a connector; where it is left out no log is read, for which one needs no right then. */
  readonly line?: (line: PodLine) => void;
  /** How far it is, such as `extract: running`. */
  progress(text: string): void;
}

/** How a run is followed. */
export interface FollowOptions {
  /** Ends the following; the run goes on. */
  readonly signal: AbortSignal;
  /** Whether lines are told. Default: all. */
  readonly wants?: (source: string) => boolean;
  /** Pause between two looks, in milliseconds. Default: 700, so that the first line of a pod comes within a second. */
  readonly pollMs?: number;
}

/** Looks in a row that may fail. */
const PATIENCE = 120;

/**
 * Follows a run to its end: its steps, and the logs of its pods as they come. A connection that is lost is made anew.
 *
 * @returns the Workflow as it ended; undefined where the following ended before.
 * @throws UserError where the Workflow is deleted meanwhile, where one may not look, or where the cluster stays away for long.
 */
export async function followWorkflow(
  connection: Connection,
  name: string,
  follower: Follower,
  { signal, wants = () => true, pollMs = 700 }: FollowOptions,
): Promise<WorkflowObject | undefined> {
  const { line: tellLine } = follower;
  const left = new AbortController();
  const logs =
    tellLine &&
    logStreams(connection, {
      signal: AbortSignal.any([signal, left.signal]),
      pauseMs: pollMs,
      onLine: (line) => wants(line.source) && tellLine(line),
      onGap: (text) => follower.progress(text),
    });
  const told = new Map<string, string>();
  let lost = 0;
  try {
    for (; !signal.aborted; await pause(pollMs)) {
      let workflow: WorkflowObject;
      let pods: readonly PodObject[];
      try {
        workflow = await getWorkflow(connection, name);
        pods = logs === undefined ? [] : await listPods(connection, name);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404)
          throw new UserError(
            `${name} is not on the cluster any more: it was deleted; what it left: ${tapctl("runs PIPELINE")}`,
            1,
          );
        if (!mayPass(error) || lost === PATIENCE) throw error;
        if ((lost += 1) === 1)
          follower.progress(
            `connection lost: ${error instanceof Error ? error.message.split(";")[0] : String(error)}; trying again`,
          );
        continue;
      }
      if (lost > 0) follower.progress("the cluster answers again");
      lost = 0;
      for (const text of news(workflow, told)) follower.progress(text);
      logs?.open(pods);
      if (!["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "")) continue;
      await logs?.drain();
      return workflow;
    }
    return undefined;
  } finally {
    // Logs that are still followed would keep the process from its end.
    left.abort();
  }
}

/** Whether it is worth asking again: a server that is away, busy (429) or broken. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500 || error.status === 429;
}

/** What changed since the last look: a step by its name, the Workflow itself by what it waits for. */
function news(workflow: WorkflowObject, told: Map<string, string>): readonly string[] {
  const reason = waitReason(workflow);
  const waiting: readonly [string, string][] =
    reason === undefined ? [] : [["turn", `waiting for ${reason}`]];
  const steps = podNodes(workflow)
    .filter(({ name }) => !isAside(stepOf(name).name))
    .map((node): [string, string] => [node.id, progressText(node)]);
  return [...waiting, ...steps].flatMap(([key, text]) => {
    if (told.get(key) === text) return [];
    told.set(key, text);
    return [text];
  });
}

function progressText(node: WorkflowNode): string {
  const { phase, message, startedAt, finishedAt } = node;
  const seconds = secondsBetween(startedAt, finishedAt);
  const took = seconds === null ? "" : ` in ${seconds.toFixed(0)} s`;
  const ended = phase === "Failed" || phase === "Error";
  const said =
    message === undefined || message === "" || (!ended && phase !== "Pending")
      ? ""
      : `: ${message.split("\n")[0]}`;
  return `${stepText(node)}: ${phase.toLowerCase()}${ended || phase === "Succeeded" ? took : ""}${said}`;
}
