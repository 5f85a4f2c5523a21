import type { PipelineEntry } from "../../model/define";
import type { PodAccounts } from "../cloud-parts";

/**
 * Containers that run third-party code: connectors, follow-ups, jobs and the container that creates
 * the pipe from a connector's image. EKS gives them neither a token nor the variables that lead to
 * it, with both kinds of identity. Argo's containers `init` and `wait` keep both.
 * Source: aws/amazon-eks-pod-identity-webhook, pkg/handler/handler.go, getContainersToSkip and
 * buildPodPatchConfig.
 */
export const SKIPPED_CONTAINERS: readonly string[] = ["main", "tap", "target", "fifo"];

/**
 * Addresses of the EC2 metadata service, which gives any client the permissions of the node. The
 * agent of Pod Identity has another address, 169.254.170.23.
 */
export const METADATA_SERVICE: readonly string[] = ["169.254.169.254/32", "fd00:ec2::254/128"];

/**
 * The ServiceAccounts of pipelines with their own role, and the annotations that keep permissions
 * from connectors.
 */
export function podAccounts(pipelines: readonly PipelineEntry[]): PodAccounts {
  return {
    serviceAccounts: Object.fromEntries(
      pipelines.filter(({ role }) => role === "own").map((entry) => [entry.name, accountOf(entry)]),
    ),
    podAnnotations: { "eks.amazonaws.com/skip-containers": SKIPPED_CONTAINERS.join() },
  };
}

/** ServiceAccount of a pipeline with its own role. */
export function accountOf({ name }: PipelineEntry): string {
  return `pipeline-${name}`;
}
