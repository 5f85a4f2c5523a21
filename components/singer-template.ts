import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "./argo/cluster-settings";
import { singerTemplate } from "./argo/singer-template";
import { customResourceArgs } from "./placeholders";

/** Arguments of {@link SingerTemplate}. */
export interface SingerTemplateArgs {
  /** What the pipelines of the cluster share; `runnerImage` is left to the argument of that name. */
  readonly settings: Omit<ClusterSettings, "runnerImage">;
  /** Image that has the runner and no connector. */
  readonly runnerImage: pulumi.Output<string>;
}

const RUNNER_IMAGE = "output:runner-image";

/** The WorkflowTemplate that all pipelines share. Resources that refer to it depend on it: Argo does not look twice. */
export class SingerTemplate extends pulumi.ComponentResource {
  /** Settings that the pipelines' objects are built with. */
  readonly settings: ClusterSettings;
  /** The WorkflowTemplate. */
  readonly workflowTemplate: CustomResource;

  constructor(name: string, { settings, runnerImage }: SingerTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("tapctl:index:SingerTemplate", name, {}, opts);
    this.settings = { ...settings, runnerImage: RUNNER_IMAGE };
    const template = singerTemplate(this.settings);
    this.workflowTemplate = new CustomResource(name, customResourceArgs(template, new Map([[RUNNER_IMAGE, runnerImage]])), { parent: this });
    this.registerOutputs({ name: template.metadata.name });
  }
}
