import type { Connection } from "./connection";
import { containersOf } from "./containers";
import { nodeProblems } from "./node-problem";
import type { MetadataOnly, PodObject } from "./objects";
import { stuckReason } from "./stuck";
import { podReader, workflowOf, type ReadPods } from "./workflow-pods";
import { hasEnded } from "./workflows";

/** A pod that has not been pending for long is starting. */
const STARTING_MS = 5000;

/**
 * Why pods of Workflows do not start, by Workflow name, with two requests at most: their pods, and
 * the events of those that wait for their node. Workflows whose pods start are omitted.
 */
export async function stuckPods(
  connection: Connection,
  workflows: readonly MetadataOnly[],
  now = new Date(),
  readPods: ReadPods = podReader(connection),
): Promise<ReadonlyMap<string, string>> {
  const active = workflows.filter(
    (workflow) =>
      !hasEnded(workflow) &&
      now.getTime() - Date.parse(workflow.metadata.creationTimestamp) >= STARTING_MS,
  );
  if (active.length === 0) return new Map();
  const names = new Set(active.map(({ metadata }) => metadata.name));
  const pods = (await readPods(names)).filter(({ status }) => status?.phase === "Pending");
  const ofNodes = new Map(
    (await nodeProblems(connection, pods, now)).map(({ pod, reason }) => [pod, reason]),
  );
  return new Map(
    pods.flatMap((pod) => {
      const reason = reasonOf(pod) ?? ofNodes.get(pod.metadata.name);
      return reason === undefined ? [] : [[workflowOf(pod), reason]];
    }),
  );
}

/** What a pod's own status says. */
function reasonOf(pod: PodObject): string | undefined {
  const waiting = containersOf(pod).map(({ state }) => stuckReason(state?.waiting?.reason ?? ""));
  const unscheduled = (pod.status?.conditions ?? [])
    .filter(({ type, status }) => type === "PodScheduled" && status === "False")
    .map(({ reason }) => stuckReason(reason ?? ""));
  return [...waiting, ...unscheduled].find((reason) => reason !== undefined);
}
