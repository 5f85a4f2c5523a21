import type { ManifestFile } from "../render/render";
import { yamlText } from "../render/yaml-text";
import type { ChartRelease } from "../stack/chart-releases";
import type { CompleteStack } from "./complete-stack";
import { pathInRepository, STACK_FOLDER, type GitOpsOptions, type GitSource } from "./git-source";
import { applicationHealth, cronWorkflowHealth } from "./health-lua";
import { annotated, type KubernetesObject } from "./kubernetes-object";
import { layerFiles, layersOf, type Layer } from "./layers";

const ARGO_CD = "argocd";
const SERVER = "https://kubernetes.default.svc";
const GROUP = "argoproj.io/v1alpha1";

/** Kinds whose definition a chart of the stack or another program installs. */
const CUSTOM = ["argoproj.io/", "monitoring.coreos.com/", "external-secrets.io/"];

/** Retries while definitions and Secrets do not exist yet. */
const RETRY = { limit: 10, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } };

/**
 * Files for Argo CD: an Application that applies everything in waves, an Application for each chart,
 * and the health checks by which a wave waits for the one before.
 */
export function argoCdFiles(stack: CompleteStack, options: GitOpsOptions): readonly ManifestFile[] {
  const charts = Object.fromEntries(
    stack.charts.map((chart) => [chart.releaseName, [chartApplication(chart, options)]]),
  );
  const layers = layersOf(stack, charts);
  return [
    { path: "application.yaml", text: yamlText([rootApplication(options)]) },
    { path: "argocd-cm.yaml", text: yamlText([healthChecks]) },
    ...layerFiles(layers, (object, layer) => inWave(object, layer, options)),
  ];
}

/** The Application to create once; it applies all others. */
function rootApplication({ stack, git }: GitOpsOptions): KubernetesObject {
  return application(`tapctl-${stack}`, {
    source: {
      repoURL: git.repository,
      targetRevision: git.revision,
      path: `${git.folder}/${STACK_FOLDER}`,
      directory: { recurse: true },
    },
    destination: { server: SERVER },
  });
}

function chartApplication(chart: ChartRelease, options: GitOpsOptions): KubernetesObject {
  return application(
    `tapctl-${options.stack}-${chart.releaseName}`,
    {
      source: {
        ...chartSource(chart, options.git),
        helm: { releaseName: chart.releaseName, valuesObject: chart.values },
      },
      destination: { server: SERVER, namespace: chart.namespace },
    },
    // Removed from git, the Application deletes what it has installed.
    options.protect ? [] : ["resources-finalizer.argocd.argoproj.io"],
  );
}

function chartSource({ chart }: ChartRelease, git: GitSource): object {
  if (chart.path !== undefined)
    return {
      repoURL: git.repository,
      targetRevision: git.revision,
      path: pathInRepository(git, chart.path),
    };
  return {
    repoURL: chart.repository.replace(/^oci:\/\//, ""),
    chart: chart.name,
    targetRevision: chart.version,
  };
}

function application(
  name: string,
  spec: object,
  finalizers: readonly string[] = [],
): KubernetesObject {
  return {
    apiVersion: GROUP,
    kind: "Application",
    metadata: { name, namespace: ARGO_CD, ...(finalizers.length > 0 && { finalizers }) },
    spec: {
      project: "default",
      ...spec,
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        // Definitions are too large for the annotation of a client-side apply.
        syncOptions: ["ServerSideApply=true"],
        retry: RETRY,
      },
    },
  } as KubernetesObject;
}

function inWave(
  object: KubernetesObject,
  { wave }: Layer,
  { protect }: GitOpsOptions,
): KubernetesObject {
  const options = [
    ...(CUSTOM.some((group) => object.apiVersion.startsWith(group))
      ? ["SkipDryRunOnMissingResource=true"]
      : []),
    ...(protect && object.kind === "Namespace" ? ["Prune=false", "Delete=false"] : []),
  ];
  return annotated(object, {
    "argocd.argoproj.io/sync-wave": String(wave),
    ...(options.length > 0 && { "argocd.argoproj.io/sync-options": options.join() }),
  });
}

/** Keys to add to Argo CD's own configuration. */
const healthChecks = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "argocd-cm", namespace: ARGO_CD },
  data: {
    "resource.customizations.health.argoproj.io_Application": applicationHealth,
    "resource.customizations.health.argoproj.io_CronWorkflow": cronWorkflowHealth,
  },
};
