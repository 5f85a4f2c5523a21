import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import { SMOKE_TEST } from "../src/manifests/argo/smoke-test";
import { readBuildContext } from "../src/manifests/images/build-context";
import type { CloudArgs } from "./cloud";
import { cloudOf } from "./load-cloud";
import { imageRepositories } from "../src/manifests/images/image-builds";
import { KUBE_CLIENT } from "./kube-client";
import { Pipeline } from "./pipelines/pipeline";
import { declarePlatform } from "./platform";
import type { Digests } from "./images/ready-image";
import { telemetryHeaders } from "../src/manifests/stack-cluster-settings";
import { readCertificates } from "../src/settings/certificate-authority";
import { assertDeployable } from "../src/settings/deployable";
import { VERSION } from "../src/common/package";
import type { PipelineEntry } from "../src/model/define";
import type { Settings } from "../src/settings/load-settings";

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
  const opts = { providers: [cluster(settings)], transformations: [...transformations] };
  const cloud = cloudOf(settings)?.declare(cloudArgs(settings, entries)) ?? {};
  const { namespace, images, template } = declarePlatform(
    { settings, entries, cloud, certificates, headers, digests },
    opts,
  );
  for (const entry of entries) {
    new Pipeline(
      entry.name,
      {
        entry,
        settings: template.settings,
        images: images.of,
        secrets: settings.secrets,
        deletedWith: namespace,
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

/** The stack's cluster. Objects are updated in place, because users refer to them by name. */
function cluster({ context }: Settings): Provider {
  return new Provider("cluster", {
    ...(context !== "" && { context }),
    clusterIdentifier: context || "current",
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    kubeClientSettings: KUBE_CLIENT,
  });
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
