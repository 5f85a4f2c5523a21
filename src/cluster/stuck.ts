import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import { containersOf } from "./containers";
import { nodeProblem } from "./node-problem";
import type { WorkflowNode, WorkflowObject } from "./objects";
import { listPods } from "./workflows";
import { podNodes } from "./workflow-status";

/** Why a container waits for its image, as reported by the kubelet. */
export const IMAGE_REASONS: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
];

/** Reasons why pods do not start, which Argo puts before a pod's message. */
const STUCK = new RegExp(
  `^(${[...IMAGE_REASONS, "CreateContainerConfigError", "CreateContainerError", "Unschedulable"].join("|")})\\b`,
);

/**
 * The API server's message if a ResourceQuota rejects a pod; Argo tries again until the pending
 * deadline. Source: argo-workflows 4.1.2, util/errors/errors.go, isExceededQuotaErr.
 */
const QUOTA = /is forbidden: (exceeded quota: [^,]+)/;

/**
 * Argo's message while init containers run; the reason why they are stuck is only in the pod.
 * Source: argo-workflows 4.1.2, `getPendingReason` in workflow/controller/operator.go.
 */
const INITIALIZING = /^PodInitializing\b/;

/** Why a pod of a Workflow does not start, as reported by Argo; null if none is stuck. */
export function stuckOn(workflow: WorkflowObject): string | null {
  const reasons = podNodes(workflow).map(({ phase, message }) =>
    phase === "Pending" ? reasonIn(message ?? "") : undefined,
  );
  return reasons.find((reason) => reason !== undefined) ?? null;
}

/** A reason of Kubernetes, if it keeps a pod from starting. */
export function stuckReason(reason: string): string | undefined {
  return STUCK.exec(reason)?.[1];
}

function reasonIn(message: string): string | undefined {
  return stuckReason(message) ?? QUOTA.exec(message)?.[1];
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
    .map(({ state }) => stuckReason(state?.waiting?.reason ?? ""));
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
