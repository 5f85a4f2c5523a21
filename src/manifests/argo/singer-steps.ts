import type { ClusterSettings } from "./cluster-settings";
import { followUpsStep } from "./singer-follow-ups";
import { lineageTasks } from "./singer-lineage";
import { startedTask } from "./singer-notify";
import type { RunKind } from "./names";
import { parameter } from "./parameters";
import { RUN_ID } from "./store-artifacts";
import type { Template, WorkflowStep } from "./types";

/** Entry points of runs that load a stored extract again. */
type Replay = "load-only" | "retry";

const run = { name: "run", value: RUN_ID };

/**
 * An entry point: the steps of its runs and, in parallel, the notification that a run started, which
 * delays nothing.
 */
export function entryTemplate(name: RunKind | Replay, settings: ClusterSettings): Template {
  const steps = { name, template: `${name}-run` };
  return { name, dag: { tasks: [steps, startedTask, ...lineageTasks(settings)] } };
}

/**
 * Artifact mode: extract, load and commit, then the verdict if the tap failed, then the follow-ups.
 */
export const artifactTemplate: Template = {
  name: "artifact-run",
  steps: [
    [{ name: "extract", template: "extract", arguments: { parameters: [run] } }],
    [verdictStep("extract", "failed")],
    [
      loadStep(
        [
          { name: "extract", from: "{{steps.extract.outputs.artifacts.extract}}" },
          { name: "catalog", from: "{{steps.extract.outputs.artifacts.catalog}}", optional: true },
        ],
        "{{steps.extract.outputs.parameters.outcome}}",
      ),
    ],
    [verdictStep("load", "failed")],
    [commitStep("{{steps.extract.outputs.parameters.outcome}}")],
    [verdictStep("load", "partial")],
    [verdictStep("extract", "partial", { loaded: "{{steps.load.outputs.artifacts.result}}" })],
    [followUpsStep],
  ],
};

/**
 * Stream mode: tap, target and commit in one pod, then the verdict if the tap failed, then the
 * follow-ups.
 */
export const streamStepsTemplate: Template = {
  name: "stream-run",
  steps: [
    [{ name: "stream", template: "replicate", arguments: { parameters: [run] } }],
    [verdictStep("stream", "partial", { result: "target-result", of: "load" })],
    [
      verdictStep("stream", "partial", {
        result: "tap-result",
        loaded: "{{steps.stream.outputs.artifacts.target-result}}",
      }),
    ],
    [followUpsStep],
  ],
};

const storedLoadStep = loadStep(
  [
    { name: "extract", archive: { none: {} }, s3: { key: parameter("extractKey") } },
    {
      name: "catalog",
      archive: { none: {} },
      optional: true,
      s3: { key: parameter("catalogKey") },
    },
  ],
  parameter("extractOutcome"),
);

/**
 * Steps of the entry point `load-only`: loads a stored extract again. It saves no state, because the state
 * of an older extract would set the pipeline back.
 */
export const loadOnlyTemplate: Template = {
  name: "load-only-run",
  steps: [[storedLoadStep], [verdictStep("load", "failed")], [verdictStep("load", "partial")]],
};

/**
 * Steps of the entry point `retry`: like {@link loadOnlyTemplate}, but for the newest extract, whose load
 * failed, so its state is saved.
 */
export const retryTemplate: Template = {
  name: "retry-run",
  steps: [
    [storedLoadStep],
    [verdictStep("load", "failed")],
    [commitStep(parameter("extractOutcome"))],
    [verdictStep("load", "partial")],
    [followUpsStep],
  ],
};

function commitStep(tapOutcome: string): WorkflowStep {
  return {
    name: "commit",
    template: "commit",
    arguments: {
      parameters: [run, { name: "tapOutcome", value: tapOutcome }],
      artifacts: [
        { name: "candidate", from: "{{steps.load.outputs.artifacts.candidate}}", optional: true },
        { name: "schema", from: "{{steps.load.outputs.artifacts.schema}}", optional: true },
      ],
    },
  };
}

/** Fails the run if an earlier step succeeded with an error for the verdict. */
function verdictStep(
  step: string,
  outcome: "failed" | "partial",
  {
    result = "result",
    loaded,
    of,
  }: { readonly result?: string; readonly loaded?: string; readonly of?: "load" } = {},
): WorkflowStep {
  const name = of === undefined ? "outcome" : `${of}-outcome`;
  return {
    name: `${of ?? step}-${outcome}`,
    template: "verdict",
    when: `{{steps.${step}.outputs.parameters.${name}}} == ${outcome}`,
    arguments: {
      artifacts: [
        { name: "result", from: `{{steps.${step}.outputs.artifacts.${result}}}`, optional: true },
        ...(loaded === undefined ? [] : [{ name: "loaded", from: loaded, optional: true }]),
      ],
    },
  };
}

function loadStep(
  artifacts: NonNullable<NonNullable<WorkflowStep["arguments"]>["artifacts"]>,
  tapOutcome: string,
): WorkflowStep {
  return {
    name: "load",
    template: "load",
    arguments: { parameters: [run, { name: "tapOutcome", value: tapOutcome }], artifacts },
  };
}
