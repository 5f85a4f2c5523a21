import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { RUN_KINDS, templateName } from "../../src/manifests/argo/names";
import { singerTemplate } from "../../src/manifests/argo/singer-template";
import { customResourceArgs } from "../pipelines/placeholders";

/** Arguments of {@link SingerTemplate}. */
export interface SingerTemplateArgs {
  /** Settings that all pipelines share, except `runnerImage`, which is a separate argument. */
  readonly settings: Omit<ClusterSettings, "runnerImage">;
  /** Image with the runner and no connector. */
  readonly runnerImage: pulumi.Output<string>;
}

const RUNNER_IMAGE = "output:runner-image";

/**
 * The WorkflowTemplates that all pipelines share. Resources that refer to them must depend on this
 * component, because Argo does not retry the lookup.
 */
export class SingerTemplate extends pulumi.ComponentResource {
  /** Settings for the objects of the pipelines. */
  readonly settings: ClusterSettings;

  constructor(
    name: string,
    { settings, runnerImage }: SingerTemplateArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:SingerTemplate", name, {}, opts);
    this.settings = { ...settings, runnerImage: RUNNER_IMAGE };
    const outputs = new Map([[RUNNER_IMAGE, runnerImage]]);
    for (const kind of RUN_KINDS)
      new CustomResource(
        templateName(kind, this.settings),
        customResourceArgs(singerTemplate(kind, this.settings), outputs),
        { parent: this },
      );
    this.registerOutputs({});
  }
}
