import { hostOf } from "../../common/registry/image-reference";
import { pullAddressOf } from "../../common/registry/repositories";
import type { PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import { ADMISSION_LABEL, imagePolicies } from "../admission/image-policies";
import type { ClusterSettings } from "../argo/cluster-settings";
import { cronWorkflow } from "../argo/cron-workflow";
import { secretManifest } from "../argo/manifests";
import { pipelineSecret, referenceText } from "../argo/pipeline-secret";
import { deployed, type ConnectorImages } from "../argo/run-parameters";
import { singerTemplates } from "../argo/singer-template";
import { smokeTestTemplate } from "../argo/smoke-test";
import { knownAws } from "../aws/known";
import { minioPodSecurity } from "../charts/minio-values";
import { stackClusterSettings } from "../stack-cluster-settings";
import { argoRelease, minioRelease, type ChartRelease } from "../stack/chart-releases";
import { consoleManifests } from "../stack/console";
import { declaredExternalSecret, externalValues } from "../stack/external-secrets";
import { monitored, monitoringObjects } from "../stack/monitoring-objects";
import { stackNamespace } from "../stack/stack-namespace";
import { externalSecret, type SecretStore } from "./external-secret";
import type { KubernetesObject } from "./kubernetes-object";
import { notificationsSecret, settingsObjects } from "./settings-objects";
import { requiredSecrets, type RequiredSecret } from "./required-secrets";
import { settingsWithReferences, withReferences } from "./secret-references";

/** Images by digest. */
export interface CompleteImages {
  /** Image with the runner and no connector. */
  readonly runner: string;
  /** Images of a replication's connectors. */
  readonly of: Parameters<typeof deployed>[1];
  /** Image of the console. Default: the stack has none. */
  readonly console?: string;
}

/** Input of {@link completeStack}. */
export interface CompleteArgs {
  /** Name of the stack. */
  readonly stack: string;
  readonly settings: CheckedSettings;
  readonly entries: readonly PipelineEntry[];
  readonly images: CompleteImages;
  /** PEM certificates that pods trust. Default: those of their images. */
  readonly certificates?: string;
  /** PEM of the public key of signatures. Default: the cluster verifies none. */
  readonly publicKey?: string;
  /** Store from which External Secrets Operator creates the Secrets. Default: they exist. */
  readonly secretStore?: SecretStore;
}

/** The objects of a pipeline. */
export interface CompletePipeline {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
}

/** Everything that a stack consists of, in the order in which it is applied. */
export interface CompleteStack {
  readonly namespaces: readonly KubernetesObject[];
  /** Accounts, permissions, configuration and network policies. */
  readonly settings: readonly KubernetesObject[];
  readonly charts: readonly ChartRelease[];
  /** Argo's WorkflowTemplates, and the console. */
  readonly templates: readonly KubernetesObject[];
  readonly monitoring: readonly KubernetesObject[];
  readonly pipelines: readonly CompletePipeline[];
  /** Secrets that are not among the manifests, because they have values. */
  readonly secrets: readonly RequiredSecret[];
}

/**
 * The objects that a stack deploys, as plain data without a value of a secret. The result depends
 * only on the arguments.
 *
 * @throws UserError if the stack needs values that only a cloud knows.
 */
export function completeStack(args: CompleteArgs): CompleteStack {
  const { settings, images, entries, secretStore } = args;
  const referring = settingsWithReferences(settings);
  const cluster: ClusterSettings = {
    ...stackClusterSettings(referring, knownAws(settings, entries).accounts),
    runnerImage: images.runner,
  };
  const secrets = requiredSecrets(entries, settings);
  return {
    namespaces: namespaces(args),
    settings: [
      ...settingsObjects(settings, entries, args.certificates),
      ...notificationsSecret(referring),
      ...admission(args),
      ...externalValues(entries).map((value) => declaredExternalSecret(value, settings.namespace)),
      ...(secretStore ? secrets.map((secret) => externalSecret(secret, secretStore)) : []),
    ],
    charts: charts(settings),
    templates: [
      ...singerTemplates(cluster),
      smokeTestTemplate(cluster, settings.objectStore.kind === "s3"),
      ...(images.console === undefined
        ? []
        : consoleManifests(settings, images.console, cluster.imagePullSecrets)),
    ],
    monitoring: monitoring(settings),
    pipelines: entries.map((entry) => pipeline(withReferences(entry), images.of, cluster)),
    secrets,
  };
}

function namespaces({ stack, settings }: CompleteArgs): readonly KubernetesObject[] {
  const { namespace, podSecurity, argo, objectStore: store } = settings;
  return [
    stackNamespace(
      namespace,
      stack,
      podSecurity,
      settings.images.signing?.admission ? ADMISSION_LABEL : {},
    ),
    ...(argo.install ? [stackNamespace(argo.namespace, stack, "restricted")] : []),
    ...(store.kind === "minio"
      ? [stackNamespace(store.namespace, stack, minioPodSecurity(store))]
      : []),
  ];
}

function admission({ settings, entries, publicKey }: CompleteArgs): readonly KubernetesObject[] {
  const { images, registry } = settings;
  if (images.signing?.admission === undefined || publicKey === undefined) return [];
  const { pullRepository } = knownAws(settings, entries);
  const address = pullRepository ? hostOf(pullRepository("image")) : pullAddressOf(registry);
  return Object.values(imagePolicies({ ...settings, signing: images.signing }, publicKey, address));
}

function charts({ argo, namespace, objectStore: store }: CheckedSettings): readonly ChartRelease[] {
  return [
    ...(store.kind === "minio" ? [minioRelease(store)] : []),
    ...(argo.install ? [argoRelease(argo, namespace)] : []),
  ];
}

function monitoring(settings: CheckedSettings): readonly KubernetesObject[] {
  const what = monitored(settings);
  if (what === undefined) return [];
  const { serviceMonitors, rule, dashboard } = monitoringObjects(what);
  return [...serviceMonitors, rule, { apiVersion: "v1", kind: "ConfigMap", ...dashboard }];
}

function pipeline(
  entry: PipelineEntry,
  images: CompleteImages["of"],
  settings: ClusterSettings,
): CompletePipeline {
  const secret = pipelineSecret(entry);
  const texts = Object.entries(secret?.parts ?? {}).map(
    ([key, part]) => [key, referenceText(part)] as const,
  );
  return {
    name: entry.name,
    objects: [
      ...(secret ? [secretManifest(secret.name, Object.fromEntries(texts), entry, settings)] : []),
      cronWorkflow(deployed(entry, images), settings),
    ],
  };
}

/** The images of an array by the reference that each connector has. */
export function imagesOf(
  runner: string,
  reference: (connector: Parameters<CompleteImages["of"]>[0]["tap"]["connector"]) => string,
): CompleteImages {
  return {
    runner,
    of: ({ tap, target }): ConnectorImages => ({
      tap: reference(tap.connector),
      target: reference(target.connector),
    }),
  };
}
