import type { Namespace } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { pullAddressOf } from "../src/common/registry/repositories";
import { ADMISSION_LABEL } from "../src/manifests/admission/image-policies";
import { defaultClusterSettings } from "../src/manifests/argo/cluster-settings";
import type { SecretPart } from "../src/manifests/argo/pipeline-secret";
import { readBuildContext } from "../src/manifests/images/build-context";
import { stackClusterSettings } from "../src/manifests/stack-cluster-settings";
import { externalValues } from "../src/manifests/stack/external-secrets";
import { monitored } from "../src/manifests/stack/monitoring-objects";
import { storeClients } from "../src/manifests/stack/network-policies";
import type { PipelineEntry } from "../src/model/define";
import type { Settings } from "../src/settings/load-settings";
import { ArgoWorkflows } from "./argo/argo-workflows";
import { SingerTemplate } from "./argo/singer-template";
import { SmokeTest } from "./argo/smoke-test";
import type { CloudParts } from "./cloud";
import { ImageAdmission } from "./images/image-admission";
import { stackImages, type StackImages } from "./images/images";
import type { Digests } from "./images/ready-image";
import { Monitoring } from "./monitoring/monitoring";
import { ExternalSecrets } from "./pipelines/external-secrets";
import { PipelinesNamespace } from "./pipelines/pipelines-namespace";
import { ArtifactRepository } from "./store/artifact-repository";
import { ExternalStore } from "./store/external-store";
import { Minio } from "./store/minio";
import type { ObjectStoreBuckets } from "./store/object-store";
import { Console } from "./ui/console";

/** Arguments of {@link declarePlatform}. */
export interface PlatformArgs {
  readonly settings: Settings;
  readonly entries: readonly PipelineEntry[];
  /** Parts that are cloud services. */
  readonly cloud: CloudParts;
  /** PEM certificates that pods trust; undefined for those of their images. */
  readonly certificates: string | undefined;
  /** Headers for the receiver of telemetry. */
  readonly headers: SecretPart | undefined;
  /** Digests of the ready images. */
  readonly digests: Digests;
}

/** What pipelines need of the platform. */
export interface Platform {
  readonly namespace: Namespace;
  readonly images: StackImages;
  readonly template: SingerTemplate;
}

/** Declares what all pipelines of a stack share. */
export function declarePlatform(
  args: PlatformArgs,
  opts: pulumi.ComponentResourceOptions,
): Platform {
  const { settings, entries, cloud, certificates, digests } = args;
  const { secrets } = settings;
  const space = pipelinesNamespace(args, opts);
  const inSpace = { ...opts, deletedWith: space.namespace };
  const namespace = space.namespace.metadata.name;
  const external = externalValues(entries);
  if (external.length > 0)
    new ExternalSecrets("external-secrets", { namespace, values: external }, inSpace);
  const repository = new ArtifactRepository(
    "artifact-repository",
    {
      namespace,
      buckets: objectStore(args, opts),
      ...(certificates !== undefined && { certificates }),
    },
    inSpace,
  );
  const argo = argoWorkflows(settings, opts);
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
  const admission = imageAdmission(args, { ...opts, dependsOn: [space] });
  const installed = { ...inSpace, dependsOn: [space, repository, ...argo, ...admission] };
  const template = new SingerTemplate(
    "singer",
    { settings: stackClusterSettings(settings, cloud.identity), runnerImage: images.runner },
    installed,
  );
  const monitoring = monitored(settings);
  if (monitoring) new Monitoring("monitoring", monitoring, { ...inSpace, dependsOn: [space] });
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
        namespace,
        pullSecrets: template.settings.imagePullSecrets,
        ...(cloud.registry && { registry: cloud.registry }),
      },
      installed,
    );
  return { namespace: space.namespace, images, template };
}

function pipelinesNamespace(
  { settings, cloud, certificates, headers }: PlatformArgs,
  opts: pulumi.ComponentResourceOptions,
): PipelinesNamespace {
  const { namespace, podSecurity, registry, secrets, networkPolicy, protect } = settings;
  const { webhook, channels } = settings.notifications;
  const lineageKey = settings.lineage.openlineage?.apiKey;
  return new PipelinesNamespace(
    "pipelines",
    {
      settings: { ...defaultClusterSettings, namespace, podSecurity },
      registry,
      secrets,
      networkPolicy,
      protect,
      ...(settings.images.signing?.admission && { labels: ADMISSION_LABEL }),
      ...(cloud.identity && { identity: cloud.identity }),
      ...(webhook !== undefined && { webhook }),
      ...(lineageKey !== undefined && { lineageKey }),
      ...(headers && { telemetryHeaders: headers }),
      ...(channels && { channels }),
      ...(certificates !== undefined && { certificates }),
    },
    opts,
  );
}

function objectStore(
  {
    settings: { objectStore: store, namespace, argo, secrets, networkPolicy, protect, monitoring },
    cloud: { buckets },
  }: PlatformArgs,
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

function argoWorkflows(
  { argo, namespace, secrets }: Settings,
  opts: pulumi.ComponentResourceOptions,
): readonly ArgoWorkflows[] {
  if (!argo.install) return [];
  return [
    new ArgoWorkflows("argo", { settings: argo, workflowNamespace: namespace, secrets }, opts),
  ];
}

function imageAdmission(
  { settings, cloud }: PlatformArgs,
  opts: pulumi.ComponentResourceOptions,
): readonly ImageAdmission[] {
  const { signing } = settings.images;
  if (!signing?.admission) return [];
  const address = cloud.registry?.login?.address ?? pullAddressOf(settings.registry);
  return [new ImageAdmission("image-admission", { settings, signing, address }, opts)];
}
