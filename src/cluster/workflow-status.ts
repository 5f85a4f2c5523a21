import { TRIGGER_LABEL } from "../manifests/argo/names";
import type { MetadataOnly, Phase, WorkflowNode, WorkflowObject } from "./objects";

/** Label in which the controller keeps the Workflow's phase. */
export const PHASE_LABEL = "workflows.argoproj.io/phase";
/** Label of Workflows that have ended. */
export const COMPLETED_LABEL = "workflows.argoproj.io/completed";

/** Phase of a Workflow, from its labels. */
export function phaseOf({ metadata }: MetadataOnly): Phase {
  return (metadata.labels?.[PHASE_LABEL] as Phase | undefined) ?? "Pending";
}

/** Whether a Workflow has ended, from its labels. */
export function hasEnded({ metadata }: MetadataOnly): boolean {
  return (
    metadata.labels?.[COMPLETED_LABEL] === "true" ||
    ["Succeeded", "Failed", "Error"].includes(phaseOf({ metadata }))
  );
}

/** Whether a Workflow is a run, and not one that holds the lock while a state is changed. */
export function isRun({ metadata }: MetadataOnly): boolean {
  return metadata.labels?.[TRIGGER_LABEL] !== "state";
}

/** The steps of a Workflow that ran pods, ordered by start. */
export function podNodes({ status }: WorkflowObject): readonly WorkflowNode[] {
  return Object.values(status?.nodes ?? {})
    .filter(({ type }) => type === "Pod")
    .sort((a, b) => ((a.startedAt ?? "") < (b.startedAt ?? "") ? -1 : 1));
}

/**
 * Name of the Workflow that holds the lock that this one waits for; undefined if it waits for none.
 */
export function waitsFor({ status }: WorkflowObject): string | undefined {
  const waiting = status?.synchronization?.mutex?.waiting ?? [];
  return waiting
    .map(({ holder }) => holder?.split("/").slice(1)[0] ?? holder)
    .find((name) => name !== undefined && name !== "");
}

/**
 * Argo's message for a Workflow that exceeds the parallelism (source: argo-workflows 4.1.2,
 * workflow/controller/operator.go).
 */
const POSTPONED = /too many workflows/;

/** What a Workflow waits for before it starts; undefined if it does not wait. */
export function waitReason(workflow: WorkflowObject): string | undefined {
  const holder = waitsFor(workflow);
  if (holder !== undefined) return `${holder}, the pipeline's current run`;
  return POSTPONED.test(workflow.status?.message ?? "")
    ? "a free slot: argo.parallelism limits how many runs are in progress"
    : undefined;
}
