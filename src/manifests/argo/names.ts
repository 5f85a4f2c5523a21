import { isReplication, type PipelineEntry } from "../../model/define";
import type { ClusterSettings } from "./cluster-settings";

/** Label that says which pipeline an object, a Workflow or a pod belongs to. */
export const PIPELINE_LABEL = "tapctl.dev/pipeline";

/** Label of a Workflow that says what started it: `schedule`, `manual`, `backfill`, `retry` or `state`. */
export const TRIGGER_LABEL = "tapctl.dev/trigger";

/** Annotation of the pod of a follow-up that says which. */
export const FOLLOW_UP_ANNOTATION = "tapctl.dev/follow-up";

/** Kinds of runs: replications by their mode, and jobs. Each has a WorkflowTemplate and, in it, an entry point of this name. */
export const RUN_KINDS = ["artifact", "stream", "job"] as const;

/** One of {@link RUN_KINDS}. */
export type RunKind = (typeof RUN_KINDS)[number];

/** What runs of a pipeline are. */
export function runKindOf(entry: PipelineEntry): RunKind {
  return isReplication(entry) ? (entry.mode ?? "artifact") : "job";
}

/** Name of the WorkflowTemplate of a kind of run. */
export function templateName(
  kind: RunKind,
  { template }: Pick<ClusterSettings, "template">,
): string {
  return `${template}-${kind}`;
}

/** Name of a pipeline's Secret. */
export function secretName(pipeline: string): string {
  return `pipeline-${pipeline}`;
}

/** Key of a pipeline's Secret that holds a secret which a container gets in its environment. */
export function secretKey(secret: string): string {
  return `secret.${secret}`;
}

/** Labels of a pipeline's objects, Workflows and pods: the cluster's, its own, and its name. */
export function labelsOf(
  entry: PipelineEntry,
  settings: ClusterSettings,
): { readonly [name: string]: string } {
  return { ...settings.labels, ...entry.labels, [PIPELINE_LABEL]: entry.name };
}

/** Annotations for people: what the pipeline is and whom to ask. */
export function annotationsOf(entry: PipelineEntry): { readonly [name: string]: string } {
  return {
    ...(entry.description !== undefined && { "tapctl.dev/description": entry.description }),
    ...(entry.owner !== undefined && { "tapctl.dev/owner": entry.owner }),
  };
}
