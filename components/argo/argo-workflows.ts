import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { ArgoSettings } from "../../src/settings/argo";
import { ARCHIVE_SECRET } from "../../src/manifests/charts/argo-values";
import { argoRelease } from "../../src/manifests/stack/chart-releases";
import { metadataOf } from "../../src/manifests/stack/metadata";
import { namespace } from "../pipelines/namespace";
import { release } from "./release";

/** Arguments of {@link ArgoWorkflows}. */
export interface ArgoWorkflowsArgs {
  /** Settings of the installation. */
  readonly settings: ArgoSettings;
  /** Namespace of the pipelines. */
  readonly workflowNamespace: string;
  /** Secrets that the settings name. */
  readonly secrets: Secrets;
}

/**
 * Controller and server of Argo Workflows, from the community chart. Resources that must be deleted
 * before it depend on it.
 */
export class ArgoWorkflows extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, workflowNamespace, secrets }: ArgoWorkflowsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "tapctl:index:ArgoWorkflows",
      name,
      { version: settings.version, chart: settings.chart.version },
      opts,
    );
    const parent = { parent: this };
    const space = namespace(`${name}-namespace`, settings.namespace, "restricted", parent);
    const { workflowArchive } = settings;
    const dependsOn =
      workflowArchive === undefined
        ? []
        : [
            new Secret(
              `${name}-archive`,
              {
                metadata: metadataOf(ARCHIVE_SECRET, space.metadata.name),
                stringData: {
                  username: workflowArchive.user,
                  password: requireSecret(secrets, workflowArchive.password),
                },
              },
              { ...parent, deletedWith: space },
            ),
          ];
    release(
      name,
      { ...argoRelease(settings, workflowNamespace), namespace: space.metadata.name },
      { ...parent, dependsOn },
    );
    this.registerOutputs({ namespace: settings.namespace });
  }
}
