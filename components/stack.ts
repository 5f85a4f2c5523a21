import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import { ArgoWorkflows } from "./argo/argo-workflows";
import { defaultClusterSettings } from "../src/manifests/argo/cluster-settings";
import { ADMISSION_LABEL } from "../src/manifests/admission/image-policies";
import { SMOKE_TEST } from "../src/manifests/argo/smoke-test";
import { ArtifactRepository } from "./store/artifact-repository";
import { readBuildContext } from "../src/manifests/images/build-context";
import type { CloudArgs, CloudParts } from "./cloud";
import { cloudOf } from "./load-cloud";
import { ExternalStore } from "./store/external-store";
import { imageRepositories } from "../src/manifests/images/image-builds";
import { ImageAdmission } from "./images/image-admission";
import { stackImages } from "./images/images";
import { Console } from "./ui/console";
import { KUBE_CLIENT } from "./kube-client";
import { Minio } from "./store/minio";
import { Monitoring } from "./monitoring/monitoring";
import type { ObjectStoreBuckets } from "./store/object-store";
import { ExternalSecrets } from "./pipelines/external-secrets";
import { externalValues } from "../src/manifests/stack/external-secrets";
import { Pipeline } from "./pipelines/pipeline";
import { PipelinesNamespace } from "./pipelines/pipelines-namespace";
import type { Digests } from "./images/ready-image";
import { SingerTemplate } from "./argo/singer-template";
import { SmokeTest } from "./argo/smoke-test";
import { stackClusterSettings, telemetryHeaders } from "../src/manifests/stack-cluster-settings";
import { readCertificates } from "../src/settings/certificate-authority";
import { assertDeployable } from "../src/settings/deployable";
import { VERSION } from "../src/common/package";
import { pullAddressOf } from "../src/common/registry/repositories";
import type { PipelineEntry } from "../src/model/define";
import type { Settings } from "../src/settings/load-settings";
import { storeClients } from "../src/manifests/stack/network-policies";
import { monitored } from "../src/manifests/stack/monitoring-objects";

/** Outputs of a stack. Few and short, because they show in every preview. */
export interface StackOutputs {
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** Namespace of Argo. */
  readonly argoNamespace: string;
  /** WorkflowTemplate of the smoke test. */
  readonly smokeTest: string;
  /** Number of pipelines. */
  readonly pipelines: number;
  /** Version of tapctl that deployed the stack. Older versions refuse to change it. */
  readonly version: string;
}

/**
 * Checks the array, and the cloud if the settings use one, for problems that would otherwise fail a
 * deployment halfway. Changes nothing.
 * @throws UserError with all problems of the array, or otherwise of the cloud.
 */
export async function check(settings: Settings, entries: readonly PipelineEntry[]): Promise<void> {
  assertDeployable(entries, Object.keys(settings.secrets));
  await cloudOf(settings)?.check(cloudArgs(settings, entries));
}

/** Options of {@link deploy}. */
export interface DeployOptions {
  /** Transformations of every resource, such as hooks. Default: none. */
  readonly transformations?: readonly pulumi.ResourceTransformation[];
  /** Digests of the ready images. Default: images are used by tag. */
  readonly digests?: Digests;
}

/**
 * Declares the resources of a stack and its pipelines.
 *
 * @throws UserError with all problems of the array, before anything is registered.
 */
export function deploy(
  settings: Settings,
  entries: readonly PipelineEntry[],
  { transformations = [], digests = new Map() }: DeployOptions = {},
): StackOutputs {
  assertDeployable(entries, Object.keys(settings.secrets));
  const certificates = readCertificates(settings.certificateAuthority);
  const headers = telemetryHeaders(settings);
  const { secrets, networkPolicy, protect } = settings;
  // Objects are updated in place, because users refer to them by name.
  const provider = new Provider("cluster", {
    ...(settings.context !== "" && { context: settings.context }),
    clusterIdentifier: settings.context || "current",
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    kubeClientSettings: KUBE_CLIENT,
  });
  const opts = { providers: [provider], transformations: [...transformations] };
  const cloud = cloudOf(settings)?.declare(cloudArgs(settings, entries)) ?? {};

  const space = new PipelinesNamespace(
    "pipelines",
    {
      settings: {
        ...defaultClusterSettings,
        namespace: settings.namespace,
        podSecurity: settings.podSecurity,
      },
      registry: settings.registry,
      secrets,
      networkPolicy,
      protect,
      ...(settings.images.signing?.admission && { labels: ADMISSION_LABEL }),
      ...(cloud.identity && { identity: cloud.identity }),
      ...(settings.notifications.webhook !== undefined && {
        webhook: settings.notifications.webhook,
      }),
      ...(settings.lineage.openlineage?.apiKey !== undefined && {
        lineageKey: settings.lineage.openlineage.apiKey,
      }),
      ...(headers && { telemetryHeaders: headers }),
      ...(settings.notifications.channels && { channels: settings.notifications.channels }),
      ...(certificates !== undefined && { certificates }),
    },
    opts,
  );
  const external = externalValues(entries);
  if (external.length > 0)
    new ExternalSecrets(
      "external-secrets",
      { namespace: space.namespace.metadata.name, values: external },
      { ...opts, deletedWith: space.namespace },
    );
  const buckets = objectStore(settings, cloud, opts);
  const repository = new ArtifactRepository(
    "artifact-repository",
    {
      namespace: space.namespace.metadata.name,
      buckets,
      ...(certificates !== undefined && { certificates }),
    },
    { ...opts, deletedWith: space.namespace },
  );
  const argo = settings.argo.install
    ? [
        new ArgoWorkflows(
          "argo",
          { settings: settings.argo, workflowNamespace: settings.namespace, secrets },
          opts,
        ),
      ]
    : [];
  const images = stackImages(
    entries,
    readBuildContext(settings.images.baseImage),
    {
      settings,
      secrets,
      digests,
      ...(cloud.registry && { registry: cloud.registry }),
      ...(certificates !== undefined && { certificates }),
    },
    opts,
  );
  const { signing } = settings.images;
  const admission = signing?.admission
    ? [
        new ImageAdmission(
          "image-admission",
          {
            settings,
            signing,
            address: cloud.registry?.login?.address ?? pullAddressOf(settings.registry),
          },
          { ...opts, dependsOn: [space] },
        ),
      ]
    : [];
  const installed = {
    ...opts,
    dependsOn: [space, repository, ...argo, ...admission],
    deletedWith: space.namespace,
  };
  const template = new SingerTemplate(
    "singer",
    { settings: stackClusterSettings(settings, cloud.identity), runnerImage: images.runner },
    installed,
  );
  const monitoring = monitored(settings);
  if (monitoring)
    new Monitoring("monitoring", monitoring, {
      ...opts,
      dependsOn: [space],
      deletedWith: space.namespace,
    });
  new SmokeTest(
    "smoke-test",
    {
      settings: template.settings,
      runnerImage: images.runner,
      marksBucket: settings.objectStore.kind === "s3",
    },
    installed,
  );
  if (settings.ui.enabled)
    new Console(
      "console",
      {
        settings,
        secrets,
        namespace: space.namespace.metadata.name,
        pullSecrets: template.settings.imagePullSecrets,
        ...(cloud.registry && { registry: cloud.registry }),
      },
      installed,
    );
  for (const entry of entries) {
    new Pipeline(
      entry.name,
      {
        entry,
        settings: template.settings,
        images: images.of,
        secrets,
        deletedWith: space.namespace,
      },
      { ...opts, dependsOn: [template] },
    );
  }
  return {
    namespace: settings.namespace,
    argoNamespace: settings.argo.namespace,
    smokeTest: SMOKE_TEST,
    pipelines: entries.length,
    version: VERSION,
  };
}

function cloudArgs(settings: Settings, pipelines: readonly PipelineEntry[]): CloudArgs {
  return {
    settings,
    pipelines,
    repositories: imageRepositories(
      pipelines,
      readBuildContext(settings.images.baseImage),
      settings,
    ),
  };
}

function objectStore(
  { objectStore: store, namespace, argo, secrets, networkPolicy, protect, monitoring }: Settings,
  { buckets }: CloudParts,
  opts: pulumi.ComponentResourceOptions,
): ObjectStoreBuckets {
  if (store.kind === "minio")
    return new Minio(
      "minio",
      {
        settings: store,
        clients: storeClients({ namespace, argo, monitoring }),
        networkPolicy,
        protect,
      },
      opts,
    ).buckets;
  if (store.kind === "s3")
    return new ExternalStore("store", { settings: store, secrets }, opts).buckets;
  if (buckets === undefined) throw new Error("the cloud declared no buckets");
  return buckets;
}
