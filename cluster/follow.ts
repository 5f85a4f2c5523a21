import { setTimeout as pause } from "node:timers/promises";
import { tapctl } from "../command-text";
import { UserError } from "../errors";
import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { loggedContainers, podLines, type PodLine } from "./pod-logs";
import { isAside, secondsBetween, stepOf, stepText } from "./steps";
import { getWorkflow, listPods, podNodes, waitReason } from "./workflows";

/** What is told of a run that is followed. */
export interface Follower {
  /** A line of a connector. */
  line(line: PodLine): void;
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

const PATIENCE = 120;

/**
 * Follows a run to its end: its steps, and the logs of its pods as they come. A connection that is lost is made anew.
 *
 * @returns the Workflow as it ended; undefined where the following ended before.
 * @throws UserError where the Workflow is deleted meanwhile, or where the cluster stays away for long.
 */
export async function followWorkflow(connection: Connection, name: string, follower: Follower, { signal, wants = () => true, pollMs = 700 }: FollowOptions): Promise<WorkflowObject | undefined> {
  const streams = new Map<string, Promise<void>>();
  const told = new Map<string, string>();
  let lost = 0;
  for (; !signal.aborted; await pause(pollMs)) {
    try {
      const workflow = await getWorkflow(connection, name);
      if (lost > 0) follower.progress("the cluster answers again");
      lost = 0;
      for (const text of news(workflow, told)) follower.progress(text);
      const ended = ["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "");
      for (const container of loggedContainers(await listPods(connection, name))) {
        const key = `${container.pod}/${container.container}`;
        if (!container.started || streams.has(key)) continue;
        streams.set(key, relay(podLines(connection, container, true, signal), follower, wants));
      }
      if (!ended) continue;
      await Promise.all(streams.values());
      return workflow;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) throw new UserError(`${name} is not on the cluster any more: it was deleted; what it left: ${tapctl("runs PIPELINE")}`, 1);
      if (error instanceof ApiError && error.status < 500) throw error;
      if ((lost += 1) === 1) follower.progress(`connection lost: ${error instanceof Error ? error.message.split(";")[0] : String(error)}; trying again`);
      if (lost > PATIENCE) throw error;
    }
  }
  return undefined;
}

async function relay(lines: AsyncGenerator<PodLine>, follower: Follower, wants: (source: string) => boolean): Promise<void> {
  for await (const line of lines) if (wants(line.source)) follower.line(line);
}

/** What changed since the last look: a step by its name, the Workflow itself by what it waits for. */
function news(workflow: WorkflowObject, told: Map<string, string>): readonly string[] {
  const reason = waitReason(workflow);
  const waiting: readonly [string, string][] = reason === undefined ? [] : [["turn", `waiting for ${reason}`]];
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
  const said = message === undefined || message === "" || (!ended && phase !== "Pending") ? "" : `: ${message.split("\n")[0]}`;
  return `${stepText(node)}: ${phase.toLowerCase()}${ended || phase === "Succeeded" ? took : ""}${said}`;
}
