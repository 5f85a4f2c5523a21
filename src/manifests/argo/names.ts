import { isReplication, type PipelineEntry } from "../../model/define";
import type { ClusterSettings } from "./cluster-settings";

/** Label of objects, Workflows and pods with the name of their pipeline. */
export const PIPELINE_LABEL = "tapctl.dev/pipeline";

/**
 * Label of a Workflow with what started it: `schedule`, `manual`, `backfill`, `retry` or `state`.
 */
export const TRIGGER_LABEL = "tapctl.dev/trigger";

/** Annotation of a follow-up's pod with the name of the follow-up. */
export const FOLLOW_UP_ANNOTATION = "tapctl.dev/follow-up";

/**
 * Kinds of runs: the modes of replications, and jobs. Each has a WorkflowTemplate with an entry
 * point of the same name.
 */
export const RUN_KINDS = ["artifact", "stream", "job"] as const;

/** One of {@link RUN_KINDS}. */
export type RunKind = (typeof RUN_KINDS)[number];

/** The kind of a pipeline's runs. */
export function runKindOf(entry: PipelineEntry): RunKind {
  return isReplication(entry) ? (entry.mode ?? "artifact") : "job";
}

/** Name of the WorkflowTemplate for a kind of run. */
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

/**
 * Key of a secret in a pipeline's Secret, for a container that gets it as an environment variable.
 */
export function secretKey(secret: string): string {
  return `secret.${secret}`;
}

/**
 * Labels of a pipeline's objects, Workflows and pods: those of the cluster, those of the entry, and
 * its name.
 */
export function labelsOf(
  entry: PipelineEntry,
  settings: ClusterSettings,
): { readonly [name: string]: string } {
  return { ...settings.labels, ...entry.labels, [PIPELINE_LABEL]: entry.name };
}

/** Annotations of the pods of all pipelines: the cloud's, and those of the stack's scheduling. */
export function podAnnotationsOf({ podAnnotations, scheduling }: ClusterSettings): {
  readonly annotations?: { readonly [name: string]: string };
} {
  const given = scheduling?.podAnnotations;
  return podAnnotations || given ? { annotations: { ...podAnnotations, ...given } } : {};
}

/** Annotations for readers: description and owner of the pipeline. */
export function annotationsOf(entry: PipelineEntry): { readonly [name: string]: string } {
  return {
    ...(entry.description !== undefined && { "tapctl.dev/description": entry.description }),
    ...(entry.owner !== undefined && { "tapctl.dev/owner": entry.owner }),
  };
}
