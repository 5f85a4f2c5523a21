import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import type { ContainerStatus, PodObject, WorkflowObject } from "./objects";
import { listPods, podNodes } from "./workflows";

/** Why a container waits for its image, as the kubelet says it. */
export const IMAGE_REASONS: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
];

/** What keeps containers from starting, as Argo puts it before a pod's message. */
const STUCK = new RegExp(
  `^(${[...IMAGE_REASONS, "CreateContainerConfigError", "CreateContainerError"].join("|")})\\b`,
);

/** What Argo says of a pod while its init containers are not through: why they are not is in the pod alone. Source: argo-workflows 4.1.2, `getPendingReason` in workflow/controller/operator.go. */
const INITIALIZING = /^PodInitializing\b/;

/** All containers of a pod as they are, also those that have to end before the others begin: Argo's own `init`, stream mode's `fifo`. */
export function containersOf({ status }: PodObject): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** Why a pod of a Workflow does not start, as Argo says it; null where none waits so. */
export function stuckOn(workflow: WorkflowObject): string | null {
  const reasons = podNodes(workflow).map(({ phase, message }) =>
    phase === "Pending" ? STUCK.exec(message ?? "")?.[1] : undefined,
  );
  return reasons.find((reason) => reason !== undefined) ?? null;
}

/** Why a pod's init container does not start, of which Argo says nothing; null where none waits so, or one may not look. */
export async function stuckBefore(
  connection: Connection,
  workflow: WorkflowObject,
): Promise<string | null> {
  if (
    !podNodes(workflow).some(
      ({ phase, message }) => phase === "Pending" && INITIALIZING.test(message ?? ""),
    )
  )
    return null;
  const pods = (await listPods(connection, workflow.metadata.name).catch(absentOrForbidden)) ?? [];
  const reasons = pods
    .flatMap(containersOf)
    .map(({ state }) => STUCK.exec(state?.waiting?.reason ?? "")?.[1]);
  return reasons.find((reason) => reason !== undefined) ?? null;
}
