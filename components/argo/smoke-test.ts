import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { smokeTestTemplate } from "../../src/manifests/argo/smoke-test";
import { customResourceArgs } from "../pipelines/placeholders";

/** Arguments of {@link SmokeTest}. */
export interface SmokeTestArgs {
  /** What the pipelines of the cluster share; `runnerImage` stands for the argument of that name. */
  readonly settings: ClusterSettings;
  /** Image that has the runner and no connector. */
  readonly runnerImage: pulumi.Output<string>;
  /** Whether it marks the bucket as a cluster's: one that was there before, which nothing else of the stack writes into. */
  readonly marksBucket: boolean;
}

/** A Workflow that users and `tapctl up` submit to see that the installation works. */
export class SmokeTest extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, runnerImage, marksBucket }: SmokeTestArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:SmokeTest", name, {}, opts);
    const template = smokeTestTemplate(settings, marksBucket);
    new CustomResource(
      name,
      customResourceArgs(template, new Map([[settings.runnerImage, runnerImage]])),
      { parent: this },
    );
    this.registerOutputs({ name: template.metadata.name });
  }
}
