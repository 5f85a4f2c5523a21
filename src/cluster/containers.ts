import type { ContainerStatus, PodObject } from "./objects";

/**
 * Status of all containers of a pod, including init containers such as Argo's `init` and stream
 * mode's `fifo`.
 */
export function containersOf({ status }: PodObject): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
