import type { ManifestFile } from "../render/render";
import { yamlText } from "../render/yaml-text";
import type { ChartRelease } from "../stack/chart-releases";
import type { CompleteStack } from "./complete-stack";
import { pathInRepository, STACK_FOLDER, type GitOpsOptions, type GitSource } from "./git-source";
import { annotated, type KubernetesObject } from "./kubernetes-object";
import { layerFiles, layersOf, type Layer } from "./layers";

const FLUX = "flux-system";
const INTERVAL = "10m";

/**
 * Argo writes this annotation together with the first status, when the first run is due; before, the
 * field `status`, and with it the expression, does not exist for CEL.
 * Source: argo-workflows v4.1.2, workflow/cron/operator.go, `run`.
 */
const HAS_STATUS = `has(metadata.annotations) && "cronworkflows.argoproj.io/last-used-schedule" in metadata.annotations`;

/** Argo sets these conditions if it cannot read or start a schedule, and none if all is well. */
const BROKEN = `${HAS_STATUS} && has(status.conditions) && status.conditions.exists(e, (e.type == "SpecError" || e.type == "SubmissionError") && e.status == "True")`;

/** Health check of CronWorkflows. */
export const cronWorkflowHealthCheck = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "CronWorkflow",
  failed: BROKEN,
  current: `!(${BROKEN})`,
};

/**
 * Files for Flux: a Kustomization for each layer, which waits for the layer before, and a
 * HelmRelease for each chart.
 */
export function fluxFiles(stack: CompleteStack, options: GitOpsOptions): readonly ManifestFile[] {
  const charts = Object.fromEntries(
    stack.charts.map((chart) => [chart.releaseName, chartObjects(chart, options.git)]),
  );
  const layers = layersOf(stack, charts);
  return [
    {
      path: "kustomizations.yaml",
      text: yamlText(layers.map((layer) => kustomization(layer, options))),
    },
    ...layerFiles(layers, (object) => kept(object, options)),
  ];
}

function kustomization({ name, after }: Layer, { stack, git }: GitOpsOptions): object {
  const named = (layer: string) => `tapctl-${stack}-${layer}`;
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: named(name), namespace: FLUX },
    spec: {
      interval: INTERVAL,
      retryInterval: "1m",
      // Image pulls included.
      timeout: "15m",
      sourceRef: { kind: "GitRepository", name: git.repository },
      path: `./${git.folder}/${STACK_FOLDER}/${name}`,
      prune: true,
      wait: true,
      ...(after !== undefined && { dependsOn: [{ name: named(after) }] }),
      ...(name === "pipelines" && { healthCheckExprs: [cronWorkflowHealthCheck] }),
    },
  };
}

function chartObjects(
  { releaseName, namespace, chart, values }: ChartRelease,
  git: GitSource,
): readonly KubernetesObject[] {
  const fromHelmRepository = chart.path === undefined;
  const metadata = { name: releaseName, namespace };
  const source = fromHelmRepository
    ? { kind: "HelmRepository", name: releaseName }
    : { kind: "GitRepository", name: git.repository, namespace: FLUX };
  const repository = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata,
    spec: {
      interval: "1h",
      url: chart.repository,
      ...(chart.repository.startsWith("oci://") && { type: "oci" }),
    },
  };
  const helmRelease = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata,
    spec: {
      interval: INTERVAL,
      timeout: INTERVAL,
      releaseName,
      chart: {
        spec: {
          ...(chart.path === undefined
            ? { chart: chart.name, version: chart.version }
            : { chart: `./${pathInRepository(git, chart.path)}` }),
          sourceRef: source,
        },
      },
      install: { remediation: { retries: 3 } },
      upgrade: { remediation: { retries: 3 }, cleanupOnFail: true },
      maxHistory: 5,
      values,
    },
  };
  return [...(fromHelmRepository ? [repository] : []), helmRelease];
}

function kept(object: KubernetesObject, { protect }: GitOpsOptions): KubernetesObject {
  return protect && object.kind === "Namespace"
    ? annotated(object, { "kustomize.toolkit.fluxcd.io/prune": "disabled" })
    : object;
}
