import type { PipelineEntry } from "../../model/define";
import type { PodAccounts } from "../cloud-parts";

/**
 * Containers that run what others wrote: connectors, follow-ups, jobs and, with a connector's image, what makes the pipe.
 * The webhook of EKS gives them neither a token nor the variables that lead to it, with both kinds of identity. Argo's
 * own containers, `init` and `wait`, keep them.
 * Source: aws/amazon-eks-pod-identity-webhook, pkg/handler/handler.go, getContainersToSkip and buildPodPatchConfig.
 */
export const SKIPPED_CONTAINERS: readonly string[] = ["main", "tap", "target", "fifo"];

/** The ServiceAccounts of pipelines with a role of their own, and what keeps the rights from connectors. */
export function podAccounts(pipelines: readonly PipelineEntry[]): PodAccounts {
  return {
    serviceAccounts: Object.fromEntries(
      pipelines.filter(({ role }) => role === "own").map((entry) => [entry.name, accountOf(entry)]),
    ),
    podAnnotations: { "eks.amazonaws.com/skip-containers": SKIPPED_CONTAINERS.join() },
  };
}

/** ServiceAccount of a pipeline with a role of its own. */
export function accountOf({ name }: PipelineEntry): string {
  return `pipeline-${name}`;
}
