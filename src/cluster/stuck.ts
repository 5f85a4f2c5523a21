import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import type {
  ContainerStatus,
  EventObject,
  Page,
  PodObject,
  WorkflowNode,
  WorkflowObject,
} from "./objects";
import { EVENTS } from "./resources";
import { listPods, podNodes } from "./workflows";

/** Why a container waits for its image, as reported by the kubelet. */
export const IMAGE_REASONS: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
];

/** Reasons why containers do not start, which Argo puts before a pod's message. */
const STUCK = new RegExp(
  `^(${[...IMAGE_REASONS, "CreateContainerConfigError", "CreateContainerError"].join("|")})\\b`,
);

/** Why a node cannot start the containers of a pod, as reported by the kubelet's events. */
const NODE_REASONS: readonly string[] = [
  "FailedCreatePodSandBox",
  "FailedMount",
  "FailedAttachVolume",
];

/** The kubelet repeats an event while its reason persists; the cluster keeps events for an hour. */
const REPEATED_WITHIN_MS = 180_000;

/** A pod that its node cannot start. */
export interface NodeProblem {
  readonly pod: string;
  /** E.g. `FailedCreatePodSandBox`. */
  readonly reason: string;
  readonly message: string;
}

/**
 * Argo's message while init containers run; the reason why they are stuck is only in the pod.
 * Source: argo-workflows 4.1.2, `getPendingReason` in workflow/controller/operator.go.
 */
const INITIALIZING = /^PodInitializing\b/;

/**
 * Status of all containers of a pod, including init containers such as Argo's `init` and stream
 * mode's `fifo`.
 */
export function containersOf({ status }: PodObject): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** Why a pod of a Workflow does not start, as reported by Argo; null if none is stuck. */
export function stuckOn(workflow: WorkflowObject): string | null {
  const reasons = podNodes(workflow).map(({ phase, message }) =>
    phase === "Pending" ? STUCK.exec(message ?? "")?.[1] : undefined,
  );
  return reasons.find((reason) => reason !== undefined) ?? null;
}

/**
 * Why a pod's init container does not start, which Argo does not report; null if none is stuck or
 * access is denied.
 */
export async function stuckBefore(
  connection: Connection,
  workflow: WorkflowObject,
): Promise<string | null> {
  if (!podNodes(workflow).some(isInitializing)) return null;
  const pods = (await listPods(connection, workflow.metadata.name).catch(absentOrForbidden)) ?? [];
  const reasons = pods
    .flatMap(containersOf)
    .map(({ state }) => STUCK.exec(state?.waiting?.reason ?? "")?.[1]);
  return (
    reasons.find((reason) => reason !== undefined) ??
    (await nodeProblem(connection, pods))?.reason ??
    null
  );
}

/** Whether Argo reports no more about a step's pod than that its init containers have not ended. */
export function isInitializing({ phase, message }: WorkflowNode): boolean {
  return phase === "Pending" && INITIALIZING.test(message ?? "");
}

/**
 * Why a node cannot start any container of one of the pods. Only events report it: the pod looks as
 * if it were initializing. Undefined if no pod has such an event, or access is denied.
 */
export async function nodeProblem(
  connection: Connection,
  pods: readonly PodObject[],
  now = new Date(),
): Promise<NodeProblem | undefined> {
  const names = new Set(pods.filter(hasNotStarted).map(({ metadata }) => metadata.name));
  if (names.size === 0) return undefined;
  const page = await connection
    .ask<Page<EventObject>>({
      verb: "list",
      resource: EVENTS,
      namespace: connection.namespace,
      query: { fieldSelector: "involvedObject.kind=Pod,type=Warning" },
    })
    .catch(absentOrForbidden);
  return page?.items
    ?.filter(
      ({ reason, involvedObject, lastTimestamp }) =>
        NODE_REASONS.includes(reason) &&
        names.has(involvedObject.name) &&
        now.getTime() - Date.parse(lastTimestamp ?? "") < REPEATED_WITHIN_MS,
    )
    .map(({ reason, message, involvedObject }) => ({
      pod: involvedObject.name,
      reason,
      message: message?.trim() ?? "",
    }))[0];
}

function hasNotStarted(pod: PodObject): boolean {
  return pod.status?.phase === "Pending" && containersOf(pod).every(({ state }) => state?.waiting);
}
