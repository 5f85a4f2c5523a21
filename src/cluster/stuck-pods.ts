import { mapConcurrent } from "../common/map-concurrent";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import { containersOf } from "./containers";
import { nodeProblems } from "./node-problem";
import type { MetadataOnly, PodObject } from "./objects";
import { stuckOn, stuckReason } from "./stuck";
import { podReader, workflowOf, type ReadPods } from "./workflow-pods";
import { getWorkflow } from "./workflows";
import { hasEnded, phaseOf } from "./workflow-status";

/** Maximum number of parallel requests for Workflows. */
const AT_ONCE = 16;

/** A pod that has not been pending for long is starting. */
const STARTING_MS = 5000;

/**
 * Why pods of Workflows do not start, by Workflow name, with two requests: their pods, and the
 * events of those that wait for their node; and one for each running Workflow without such a pod,
 * which the API server may have rejected. Workflows whose pods start are omitted.
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
  const all = await readPods(names);
  const pods = all.filter(({ status }) => status?.phase === "Pending");
  const ofNodes = new Map(
    (await nodeProblems(connection, pods, now)).map(({ pod, reason }) => [pod, reason]),
  );
  return new Map([
    ...(await rejections(connection, active, all)),
    ...pods.flatMap((pod) => {
      const reason = reasonOf(pod) ?? ofNodes.get(pod.metadata.name);
      return reason === undefined ? [] : [[workflowOf(pod), reason] as const];
    }),
  ]);
}

/** Why Workflows have no pod that starts or runs, such as an exceeded quota: only Argo knows. */
async function rejections(
  connection: Connection,
  workflows: readonly MetadataOnly[],
  pods: readonly PodObject[],
): Promise<readonly (readonly [string, string])[]> {
  const withPod = new Set(
    pods
      .filter(({ status }) => status?.phase === "Pending" || status?.phase === "Running")
      .map(workflowOf),
  );
  const without = workflows.filter(
    (workflow) => phaseOf(workflow) === "Running" && !withPod.has(workflow.metadata.name),
  );
  const found = await mapConcurrent(AT_ONCE, without, async ({ metadata: { name } }) => {
    const workflow = await getWorkflow(connection, name).catch(absent);
    return [name, workflow === undefined ? null : stuckOn(workflow)] as const;
  });
  return found.flatMap(([name, reason]) => (reason === null ? [] : [[name, reason] as const]));
}

/** What a pod's own status says. */
function reasonOf(pod: PodObject): string | undefined {
  const waiting = containersOf(pod).map(({ state }) => stuckReason(state?.waiting?.reason ?? ""));
  const unscheduled = (pod.status?.conditions ?? [])
    .filter(({ type, status }) => type === "PodScheduled" && status === "False")
    .map(({ reason }) => stuckReason(reason ?? ""));
  return [...waiting, ...unscheduled].find((reason) => reason !== undefined);
}
