import type { ClusterSettings } from "./cluster-settings";
import { PIPELINE_LABEL, podAnnotationsOf, RUN_KINDS, templateName, type RunKind } from "./names";
import { asArguments, defaultParameters, parameter, secondsOf } from "./parameters";
import { placementPatch } from "./pod-spec-patch";
import { commitTemplates, verdictTemplate } from "./singer-commit";
import { extractTemplates } from "./singer-extract";
import { followUpsTemplate, followUpTemplates, jobTemplates } from "./singer-follow-ups";
import { loadTemplates } from "./singer-load";
import { runMetrics } from "./singer-metrics";
import { lineageTemplates } from "./singer-lineage";
import { exitTemplate, notifyTemplates } from "./singer-notify";
import {
  artifactTemplate,
  entryTemplate,
  loadOnlyTemplate,
  retryTemplate,
  streamStepsTemplate,
} from "./singer-steps";
import { streamTemplates } from "./singer-stream";
import { summaryTemplate } from "./singer-summary";
import type { Template, WorkflowSpec, WorkflowTemplate } from "./types";

const DAY_SECONDS = 86_400;

/**
 * The WorkflowTemplates that all pipelines share. Differences between pipelines are parameters, so
 * that a new version changes one object per kind of run. There is one for each kind, because Argo's
 * cron reads a whole WorkflowTemplate three times for each of its templates for every run it starts
 * (validateWorkflow in Argo's workflow/validate/validate.go).
 */
export function singerTemplates(settings: ClusterSettings): readonly WorkflowTemplate[] {
  return RUN_KINDS.map((kind) => singerTemplate(kind, settings));
}

/**
 * The WorkflowTemplate of a kind of run, with an entry point of that name; `artifact` also has
 * `load-only` and `retry`.
 */
export function singerTemplate(kind: RunKind, settings: ClusterSettings): WorkflowTemplate {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: {
      name: templateName(kind, settings),
      namespace: settings.namespace,
      labels: { ...settings.labels },
    },
    spec: {
      entrypoint: kind,
      onExit: "exit",
      arguments: { parameters: asArguments(defaultParameters(settings)) },
      ...podDefaults(settings),
      activeDeadlineSeconds: secondsOf(settings.deadline),
      // The schedule skips a run while another is in progress; only the lock also holds back runs
      // started by hand.
      synchronization: { mutexes: [{ name: `pipeline-${parameter("pipeline")}` }] },
      ttlStrategy: { secondsAfterSuccess: DAY_SECONDS, secondsAfterFailure: 7 * DAY_SECONDS },
      podGC: { strategy: "OnPodSuccess" },
      artifactRepositoryRef: { ...settings.artifactRepository },
      artifactGC: { strategy: "Never" },
      metrics: { prometheus: runMetrics },
      templates: [
        entryTemplate(kind, settings),
        ...stepsOf[kind](settings),
        exitTemplate,
        summaryTemplate(settings),
        ...notifyTemplates(settings),
        ...lineageTemplates(settings),
      ],
    },
  };
}

function podDefaults(settings: ClusterSettings): Partial<WorkflowSpec> {
  const patch = placementPatch(settings.scheduling ?? {}, settings.labels);
  return {
    serviceAccountName: settings.serviceAccount,
    executor: { serviceAccountName: settings.executorServiceAccount },
    automountServiceAccountToken: false,
    ...(settings.imagePullSecrets.length > 0 && {
      imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    }),
    podMetadata: {
      labels: {
        ...settings.scheduling?.podLabels,
        ...settings.labels,
        [PIPELINE_LABEL]: parameter("pipeline"),
      },
      ...podAnnotationsOf(settings),
    },
    ...(patch !== undefined && { podSpecPatch: patch }),
  };
}

/** The steps of each kind of run, between its entry point and the shared exit handler. */
const stepsOf: { readonly [kind in RunKind]: (settings: ClusterSettings) => readonly Template[] } =
  {
    artifact: (settings) => [
      artifactTemplate,
      entryTemplate("load-only", settings),
      loadOnlyTemplate,
      entryTemplate("retry", settings),
      retryTemplate,
      ...extractTemplates(settings),
      ...loadTemplates(settings),
      ...commitTemplates(settings),
      ...afterLoad(settings),
    ],
    stream: (settings) => [
      streamStepsTemplate,
      ...streamTemplates(settings),
      ...afterLoad(settings),
    ],
    job: jobTemplates,
  };

function afterLoad(settings: ClusterSettings): readonly Template[] {
  return [verdictTemplate(settings), followUpsTemplate, ...followUpTemplates(settings)];
}
