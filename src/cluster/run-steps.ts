import type { Phase, WorkflowObject } from "./objects";
import { secondsBetween, stepText } from "./steps";
import { podNodes } from "./workflow-status";

/** A step of a run, as shown. */
export interface RunStep {
  /** E.g. `extract, attempt 2`. */
  readonly step: string;
  readonly phase: Phase;
  /** Null if it has not ended. */
  readonly seconds: number | null;
  readonly message: string | null;
}

/** The steps of a run that ran pods, by start. */
export function runSteps(workflow: WorkflowObject): readonly RunStep[] {
  return podNodes(workflow).map((node) => ({
    step: stepText(node),
    phase: node.phase,
    seconds: secondsBetween(node.startedAt, node.finishedAt),
    message: node.message ?? null,
  }));
}
