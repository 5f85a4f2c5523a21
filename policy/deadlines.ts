import type { Json, JsonObject } from "../src/model/connector-settings";
import { durationSeconds } from "../src/model/units";
import {
  kindOf,
  objectOf,
  textOf,
  UNKNOWN,
  wordsOf,
  type Resource,
  type ResourcePolicy,
} from "./policy";
import { isDeferred, resolved, workflowOf, type Workflow } from "./workflow";

/** Settings of {@link deadlines}. */
export interface DeadlineSettings {
  /** Longest allowed deadline of a run, such as `1d`. */
  readonly maxDeadline: string;
  /** Largest allowed number of retries. */
  readonly maxRetries: number;
}

/** Requires deadlines and retry limits: a run that never ends holds the pipeline's lock forever. */
export const deadlines: ResourcePolicy<DeadlineSettings> = {
  name: "deadlines-and-retries",
  description: "Workflows and Jobs have a deadline and a retry limit.",
  level: "mandatory",
  scope: "resource",
  settings: {
    maxDeadline: {
      type: "string",
      pattern: "^\\d+(\\.\\d+)?[smhd]$",
      default: "1d",
      description: "Longest allowed deadline of a run, such as 90m or 1d.",
    },
    maxRetries: {
      type: "integer",
      minimum: 0,
      default: 10,
      description: "Largest allowed number of retries.",
    },
  },
  check: (resource, settings) => {
    const workflow = workflowOf(resource);
    if (workflow)
      return [...workflowDeadline(workflow, settings), ...workflowRetries(workflow, settings)];
    const job = jobSpec(resource);
    return job ? jobProblems(job, settings) : [];
  },
};

/** A Workflow that sets no deadline itself inherits the one of the WorkflowTemplate it references. */
function workflowDeadline(
  { spec, refers }: Workflow,
  settings: DeadlineSettings,
): readonly string[] {
  return refers && spec["activeDeadlineSeconds"] === undefined
    ? []
    : deadlineProblems(spec["activeDeadlineSeconds"], settings);
}

function workflowRetries(workflow: Workflow, { maxRetries }: DeadlineSettings): readonly string[] {
  const templates = workflow.templates.flatMap((template) =>
    retryProblems(
      `template "${textOf(template["name"]) ?? ""}"`,
      template["retryStrategy"],
      workflow,
      maxRetries,
    ),
  );
  const retries = workflow.parameters.get("retries");
  // Templates that use the argument are reported under their own names.
  const argument =
    retries !== undefined && workflow.templates.length === 0
      ? countProblems(`argument "retries"`, retries, maxRetries)
      : [];
  return [
    ...retryProblems("retryStrategy", workflow.spec["retryStrategy"], workflow, maxRetries),
    ...templates,
    ...argument,
  ];
}

function retryProblems(
  where: string,
  strategy: Json | undefined,
  workflow: Workflow,
  maxRetries: number,
): readonly string[] {
  if (strategy === undefined) return [];
  const { limit } = objectOf(strategy);
  if (limit === undefined) return [`${where}: retries are unlimited; set retryStrategy.limit`];
  return countProblems(where, resolved(wordsOf(limit), workflow), maxRetries);
}

function countProblems(where: string, text: string, maxRetries: number): readonly string[] {
  if (text === UNKNOWN || isDeferred(text) || Number(text) <= maxRetries) return [];
  return [`${where}: ${text} retries exceed the maximum of ${maxRetries}`];
}

function deadlineProblems(
  value: Json | undefined,
  { maxDeadline }: DeadlineSettings,
): readonly string[] {
  if (value === undefined) return ["has no deadline; set activeDeadlineSeconds"];
  const most = durationSeconds(maxDeadline) ?? 0;
  if (value === UNKNOWN || isDeferred(wordsOf(value)) || Number(value) <= most) return [];
  return [`the deadline of ${wordsOf(value)} s exceeds the maximum of ${maxDeadline} (${most} s)`];
}

function jobSpec(resource: Resource): JsonObject | undefined {
  const spec = objectOf(resource.props["spec"]);
  if (kindOf(resource) === "Job") return spec;
  return kindOf(resource) === "CronJob"
    ? objectOf(objectOf(spec["jobTemplate"])["spec"])
    : undefined;
}

/** The default of Kubernetes for `backoffLimit` is 6. */
function jobProblems(spec: JsonObject, settings: DeadlineSettings): readonly string[] {
  return [
    ...deadlineProblems(spec["activeDeadlineSeconds"], settings),
    ...countProblems("backoffLimit", wordsOf(spec["backoffLimit"] ?? 6), settings.maxRetries),
  ];
}
