import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../common/errors";
import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import { logStreams } from "./log-streams";
import { nodeProblem, type NodeProblem } from "./node-problem";
import type { PodObject, WorkflowNode, WorkflowObject } from "./objects";
import type { PodLine } from "./pod-logs";
import { isAside, secondsBetween, stepOf, stepText } from "./steps";
import { isInitializing } from "./stuck";
import { getWorkflow, listPods } from "./workflows";
import { podNodes, waitReason } from "./workflow-status";

/** Output of a followed run. */
export interface Follower {
  /** A log line of a connector. If omitted, no log is read and no permission for logs is needed. */
  readonly line?: (line: PodLine) => void;
  /** Progress, e.g. `extract: running`. */
  progress(text: string): void;
}

/** How a run is followed. */
export interface FollowOptions {
  /** Detaches without stopping the run. */
  readonly signal: AbortSignal;
  /** Whether lines of a source are printed. Default: all. */
  readonly wants?: (source: string) => boolean;
  /**
   * Polling interval in milliseconds. Default: 700, so that a pod's first line is shown within a
   * second.
   */
  readonly pollMs?: number;
}

/** Maximum number of consecutive failed polls. */
const PATIENCE = 120;

/** Polls between two requests for the events of pods that do not start. */
const POLLS_PER_LOOK = 7;

/**
 * Follows a run to its end: its steps, and the logs of its pods as they are written. Reconnects if
 * the connection is lost.
 *
 * @returns the finished Workflow; undefined if the signal detached
 * @throws UserError if the Workflow is deleted, access is denied, or the cluster stays unreachable
 */
export async function followWorkflow(
  connection: Connection,
  name: string,
  follower: Follower,
  { signal, wants = () => true, pollMs = 700 }: FollowOptions,
): Promise<WorkflowObject | undefined> {
  const { line: printLine } = follower;
  const left = new AbortController();
  const logs =
    printLine &&
    logStreams(connection, {
      signal: AbortSignal.any([signal, left.signal]),
      pauseMs: pollMs,
      onLine: (line) => wants(line.source) && printLine(line),
      onGap: (text) => follower.progress(text),
    });
  const reported = new Map<string, string>();
  let lost = 0;
  let initializing = 0;
  try {
    for (; !signal.aborted; await pause(pollMs)) {
      let workflow: WorkflowObject;
      let pods: readonly PodObject[];
      let problem: NodeProblem | undefined;
      try {
        workflow = await getWorkflow(connection, name);
        pods = logs === undefined ? [] : await listPods(connection, name);
        initializing = podNodes(workflow).some(isInitializing) ? initializing + 1 : 0;
        if (initializing > 0 && initializing % POLLS_PER_LOOK === 0)
          problem = await nodeProblem(connection, pods);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404)
          throw new UserError(`${name} is no longer on the cluster: it was deleted.`, {
            fix: ({ tapctl }) => `List the stored runs with: ${tapctl("runs PIPELINE")}`,
            exitCode: 1,
          });
        if (!mayPass(error) || lost === PATIENCE) throw error;
        if ((lost += 1) === 1)
          follower.progress(
            `connection lost: ${error instanceof Error ? error.message.split(/\.?\n/)[0] : String(error)}; retrying`,
          );
        continue;
      }
      if (lost > 0) follower.progress("connected again");
      lost = 0;
      for (const text of news(workflow, problem, reported)) follower.progress(text);
      logs?.open(pods);
      if (!["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "")) continue;
      await logs?.drain();
      return workflow;
    }
    return undefined;
  } finally {
    // Open log streams would keep the process running.
    left.abort();
  }
}

/** Whether a retry may help: the server is unreachable, busy (429) or failing. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500 || error.status === 429;
}

/** What changed since the last poll: steps by id, what the Workflow waits for, a pod that its node cannot start. */
function news(
  workflow: WorkflowObject,
  problem: NodeProblem | undefined,
  reported: Map<string, string>,
): readonly string[] {
  const reason = waitReason(workflow);
  const waiting: readonly [string, string][] =
    reason === undefined ? [] : [["turn", `waiting for ${reason}`]];
  const steps = podNodes(workflow)
    .filter(({ name }) => !isAside(stepOf(name).name))
    .map((node): [string, string] => [node.id, progressText(node)]);
  const changed = [...waiting, ...steps].flatMap(([key, text]) => {
    if (reported.get(key) === text) return [];
    reported.set(key, text);
    return [text];
  });
  return [...changed, ...(problem === undefined ? [] : firstOf(problem, reported))];
}

/** The problem if it is new: its message contains the id of each attempt. */
function firstOf(
  { pod, reason, message }: NodeProblem,
  reported: Map<string, string>,
): readonly string[] {
  if (reported.get(pod) === reason) return [];
  reported.set(pod, reason);
  return [`pod ${pod} cannot start: ${reason}: ${message}`];
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
