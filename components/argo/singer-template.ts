import type { ClusterSettings } from "./cluster-settings";
import { asArguments, defaultParameters, parameter, secondsOf } from "./parameters";
import { commitTemplates, verdictTemplate } from "./singer-commit";
import { extractTemplates } from "./singer-extract";
import { followUpsTemplate, followUpTemplates, jobTemplates } from "./singer-follow-ups";
import { loadTemplates } from "./singer-load";
import { runMetrics } from "./singer-metrics";
import { exitTemplate, notifyTemplates } from "./singer-notify";
import { artifactTemplate, entryTemplates, loadOnlyTemplate, retryTemplate, streamStepsTemplate } from "./singer-steps";
import { streamTemplates } from "./singer-stream";
import { summaryTemplate } from "./singer-summary";
import type { Template, WorkflowSpec, WorkflowTemplate } from "./types";

const DAY_SECONDS = 86_400;

/**
 * The WorkflowTemplate that all pipelines share: what differs between them are parameters, so that a new version of it
 * is one change. Entry points: `artifact`, `stream`, `load-only`, `retry`, `job`.
 */
export function singerTemplate(settings: ClusterSettings): WorkflowTemplate {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: { name: settings.template, namespace: settings.namespace, labels: { ...settings.labels } },
    spec: {
      entrypoint: "artifact",
      onExit: "exit",
      arguments: { parameters: asArguments(defaultParameters(settings)) },
      ...podDefaults(settings),
      activeDeadlineSeconds: secondsOf(settings.deadline),
      // A schedule skips a run while one is there; only the lock also holds back one that was started by hand.
      synchronization: { mutexes: [{ name: `pipeline-${parameter("pipeline")}` }] },
      ttlStrategy: { secondsAfterSuccess: DAY_SECONDS, secondsAfterFailure: 7 * DAY_SECONDS },
      podGC: { strategy: "OnPodSuccess" },
      artifactRepositoryRef: { ...settings.artifactRepository },
      artifactGC: { strategy: "Never" },
      metrics: { prometheus: runMetrics },
      templates: templates(settings),
    },
  };
}

function podDefaults(settings: ClusterSettings): Partial<WorkflowSpec> {
  return {
    serviceAccountName: settings.serviceAccount,
    executor: { serviceAccountName: settings.executorServiceAccount },
    automountServiceAccountToken: false,
    ...(settings.imagePullSecrets.length > 0 && { imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })) }),
    podMetadata: { labels: { ...settings.labels, "tapctl.dev/pipeline": parameter("pipeline") } },
  };
}

function templates(settings: ClusterSettings): Template[] {
  return [
    ...entryTemplates,
    artifactTemplate,
    streamStepsTemplate,
    loadOnlyTemplate,
    retryTemplate,
    ...extractTemplates(settings),
    ...loadTemplates(settings),
    ...commitTemplates(settings),
    verdictTemplate(settings),
    ...streamTemplates(settings),
    followUpsTemplate,
    ...followUpTemplates(settings),
    ...jobTemplates(settings),
    exitTemplate,
    summaryTemplate(settings),
    ...notifyTemplates(settings),
  ];
}
