import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { ArgoSettings } from "../../src/settings/argo";
import { ARCHIVE_SECRET, ARGO_RELEASE, argoValues } from "../../src/manifests/charts/argo-values";
import { namespace } from "../pipelines/namespace";
import { MANAGED, podSecurityLabels } from "../../src/manifests/namespace-labels";
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
    const space = namespace(
      `${name}-namespace`,
      settings.namespace,
      parent,
      podSecurityLabels("restricted"),
    );
    const { workflowArchive } = settings;
    const dependsOn =
      workflowArchive === undefined
        ? []
        : [
            new Secret(
              `${name}-archive`,
              {
                metadata: {
                  name: ARCHIVE_SECRET,
                  namespace: space.metadata.name,
                  labels: { ...MANAGED },
                },
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
      {
        releaseName: ARGO_RELEASE,
        namespace: space.metadata.name,
        chart: settings.chart,
        values: argoValues(settings, { workflowNamespace }),
      },
      { ...parent, dependsOn },
    );
    this.registerOutputs({ namespace: settings.namespace });
  }
}
