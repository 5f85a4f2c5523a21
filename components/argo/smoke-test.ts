import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { smokeTestTemplate } from "../../src/manifests/argo/smoke-test";
import { customResourceArgs } from "../pipelines/placeholders";

/** Arguments of {@link SmokeTest}. */
export interface SmokeTestArgs {
  /** Settings that all pipelines share; `runnerImage` is a placeholder for the argument. */
  readonly settings: ClusterSettings;
  /** Image with the runner and no connector. */
  readonly runnerImage: pulumi.Output<string>;
  /**
   * Whether the test marks the bucket as used by a cluster: for an existing bucket into which the
   * stack writes nothing else.
   */
  readonly marksBucket: boolean;
}

/** A Workflow that tests the installation. `tapctl up` submits it. */
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
