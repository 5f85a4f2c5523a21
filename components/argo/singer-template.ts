import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { RUN_KINDS, templateName } from "../../src/manifests/argo/names";
import { singerTemplate } from "../../src/manifests/argo/singer-template";
import { customResourceArgs } from "../pipelines/placeholders";

/** Arguments of {@link SingerTemplate}. */
export interface SingerTemplateArgs {
  /** What the pipelines of the cluster share; `runnerImage` is left to the argument of that name. */
  readonly settings: Omit<ClusterSettings, "runnerImage">;
  /** Image that has the runner and no connector. */
  readonly runnerImage: pulumi.Output<string>;
}

const RUNNER_IMAGE = "output:runner-image";

/** The WorkflowTemplates that all pipelines share. Resources that refer to them depend on this: Argo does not look twice. */
export class SingerTemplate extends pulumi.ComponentResource {
  /** Settings that the pipelines' objects are built with. */
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
