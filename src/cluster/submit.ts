import type { RunParameters } from "../manifests/argo/parameters";
import type { Connection } from "./connection";
import { absent } from "./api-errors";
import type { CronWorkflowObject, Parameter, WorkflowObject } from "./objects";
import { UserError } from "../common/errors";
import { TRIGGER_LABEL } from "../manifests/argo/names";
import { ARTIFACT_TEMPLATE } from "./templates";
import { createWorkflow, getCronWorkflow } from "./workflows";

/** What started a run. */
export type Trigger = "manual" | "backfill" | "retry";

/** How a run differs from scheduled runs. */
export interface RunOverrides {
  readonly trigger: Trigger;
  /**
   * Entry point in the template for stored extracts. Default: the pipeline's own template and entry
   * point.
   */
  readonly entrypoint?: "load-only" | "retry";
  /** Parameters of the template. */
  readonly parameters: Partial<RunParameters>;
  /** Annotations of the Workflow. Default: none. */
  readonly annotations?: { readonly [name: string]: string };
}

/** A manual run: like a scheduled one, with the same template and lock. */
export function workflowOf(
  { metadata, spec }: CronWorkflowObject,
  namespace: string,
  { trigger, entrypoint, parameters, annotations }: RunOverrides,
): object {
  const { workflowSpec, workflowMetadata } = spec;
  const own = workflowSpec.arguments?.parameters ?? [];
  const overrides = { ...parameters, trigger };
  const given: readonly Parameter[] = Object.entries(overrides).map(([name, value]) => ({
    name,
    value,
  }));
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      generateName: `${metadata.name}-`,
      namespace,
      labels: { ...workflowMetadata?.labels, [TRIGGER_LABEL]: trigger },
      annotations: { ...workflowMetadata?.annotations, ...annotations },
    },
    spec: {
      ...workflowSpec,
      ...(entrypoint !== undefined && {
        entrypoint,
        workflowTemplateRef: { name: ARTIFACT_TEMPLATE },
      }),
      arguments: {
        ...workflowSpec.arguments,
        parameters: [...own.filter(({ name }) => !(name in overrides)), ...given],
      },
    },
  };
}

/** The deployed schedule of a pipeline. @throws UserError if the pipeline is not deployed. */
export async function deployedPipeline(
  connection: Connection,
  name: string,
): Promise<CronWorkflowObject> {
  const cron = await getCronWorkflow(connection, name).catch(absent);
  if (cron === undefined)
    throw new UserError(
      `"${name}" is in the array but not deployed to namespace "${connection.namespace}" of the cluster "${connection.context}".`,
      { fix: ({ onStack }) => `Deploy it with: ${onStack("up")}`, exitCode: 1 },
    );
  return cron;
}

/** Starts a run of a pipeline; it waits for the current one. */
export async function submit(
  connection: Connection,
  name: string,
  overrides: RunOverrides,
): Promise<WorkflowObject> {
  return createWorkflow(
    connection,
    workflowOf(await deployedPipeline(connection, name), connection.namespace, overrides),
  );
}
