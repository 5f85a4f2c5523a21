import { followUpsStep } from "./singer-follow-ups";
import { startedStep } from "./singer-notify";
import { parameter } from "./parameters";
import { RUN_ID } from "./store-artifacts";
import type { Template, WorkflowStep } from "./types";

const run = { name: "run", value: RUN_ID };

/** The entry point `artifact`: extract, load, commit; then the verdict on a tap that had failed; then the follow-ups. */
export const artifactTemplate: Template = {
  name: "artifact",
  steps: [
    [{ name: "extract", template: "extract", arguments: { parameters: [run] } }, startedStep],
    [loadStep([{ name: "extract", from: "{{steps.extract.outputs.artifacts.extract}}" }, { name: "catalog", from: "{{steps.extract.outputs.artifacts.catalog}}", optional: true }], "{{steps.extract.outputs.parameters.outcome}}")],
    [
      {
        name: "commit",
        template: "commit",
        when: "{{steps.load.outputs.parameters.outcome}} == saved",
        arguments: { parameters: [run], artifacts: [{ name: "candidate", from: "{{steps.load.outputs.artifacts.candidate}}" }] },
      },
    ],
    [
      {
        name: "verdict",
        template: "verdict",
        when: "{{steps.extract.outputs.parameters.outcome}} == partial",
        arguments: { artifacts: [{ name: "result", from: "{{steps.extract.outputs.artifacts.result}}" }] },
      },
    ],
    [followUpsStep],
  ],
};

/** The entry point `stream`: tap and target in one pod, then the follow-ups. */
export const streamStepsTemplate: Template = {
  name: "stream",
  steps: [[{ name: "stream", template: "stream-pod", arguments: { parameters: [run] } }, startedStep], [followUpsStep]],
};

/**
 * The entry point `load-only`: gives an extract that is in the store to the target once more. It saves no state, because
 * that of an older extract would lead back.
 */
export const loadOnlyTemplate: Template = {
  name: "load-only",
  steps: [[loadStep([{ name: "extract", archive: { none: {} }, s3: { key: parameter("extractKey") } }], "complete")]],
};

/** The entry point `job`: a container on a schedule. */
export const jobStepsTemplate: Template = { name: "job", steps: [[{ name: "job", template: "job-pod" }, startedStep]] };

function loadStep(artifacts: NonNullable<NonNullable<WorkflowStep["arguments"]>["artifacts"]>, tapOutcome: string): WorkflowStep {
  return { name: "load", template: "load", arguments: { parameters: [run, { name: "tapOutcome", value: tapOutcome }], artifacts } };
}
