import { schedulesOf, type PipelineEntry } from "../../model/define";
import { schedulingOf } from "../../model/scheduling";
import { currentZone } from "../../model/cron/zone-names";
import type { ClusterSettings } from "./cluster-settings";
import { annotationsOf, labelsOf, runKindOf, templateName, TRIGGER_LABEL } from "./names";
import { secondsOf } from "./parameters";
import { placementPatch } from "./pod-spec-patch";
import { runArguments, type DeployedPipeline } from "./run-parameters";
import type { CronWorkflow, Workflow, WorkflowSpec } from "./types";

/**
 * Longest delay of a missed run. A run is missed while the controller is down or the previous run
 * takes too long.
 */
const LATEST_START_SECONDS = 3600;
const HISTORY = 3;

/** The schedule of a pipeline. Everything that runs share is in the referenced WorkflowTemplate. */
export function cronWorkflow(pipeline: DeployedPipeline, settings: ClusterSettings): CronWorkflow {
  const { entry } = pipeline;
  const labels = labelsOf(entry, settings);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "CronWorkflow",
    metadata: {
      name: entry.name,
      namespace: settings.namespace,
      labels,
      annotations: annotationsOf(entry),
    },
    spec: {
      schedules: [...schedulesOf(entry)],
      timezone: currentZone(entry.timezone ?? "UTC"),
      suspend: entry.suspend ?? false,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: LATEST_START_SECONDS,
      successfulJobsHistoryLimit: HISTORY,
      failedJobsHistoryLimit: HISTORY,
      workflowMetadata: {
        labels: { ...labels, [TRIGGER_LABEL]: "schedule" },
        annotations: annotationsOf(entry),
      },
      workflowSpec: runSpec(pipeline, settings, "schedule"),
    },
  };
}

/**
 * A run to submit by hand with `kubectl create -f`; it waits until a current run of the pipeline
 * ends.
 */
export function workflow(pipeline: DeployedPipeline, settings: ClusterSettings): Workflow {
  const { entry } = pipeline;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      generateName: `${entry.name}-`,
      namespace: settings.namespace,
      labels: { ...labelsOf(entry, settings), [TRIGGER_LABEL]: "manual" },
      annotations: annotationsOf(entry),
    },
    spec: runSpec(pipeline, settings, "manual"),
  };
}

function runSpec(
  pipeline: DeployedPipeline,
  settings: ClusterSettings,
  trigger: "schedule" | "manual",
): Omit<WorkflowSpec, "templates"> {
  const { entry } = pipeline;
  const kind = runKindOf(entry);
  const serviceAccount = settings.serviceAccounts?.[entry.name];
  return {
    workflowTemplateRef: { name: templateName(kind, settings) },
    ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
    entrypoint: kind,
    activeDeadlineSeconds: secondsOf(entry.deadline ?? settings.deadline),
    podMetadata: {
      labels: { ...entry.scheduling?.podLabels, ...labelsOf(entry, settings) },
      ...(entry.scheduling?.podAnnotations && { annotations: entry.scheduling.podAnnotations }),
    },
    ...placement(entry, settings),
    arguments: { parameters: runArguments(pipeline, settings, trigger) },
  };
}

/** Where the pods of a pipeline run, if the pipeline sets it; otherwise the template does. */
function placement(
  entry: PipelineEntry,
  { scheduling, labels }: ClusterSettings,
): Pick<WorkflowSpec, "podSpecPatch"> {
  if (entry.scheduling === undefined) return {};
  const patch = placementPatch(schedulingOf(entry.scheduling, scheduling), labels);
  return patch === undefined ? {} : { podSpecPatch: patch };
}
