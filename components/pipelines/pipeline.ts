import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import { isReplication } from "../../src/model/define";
import type { Replication } from "../../src/model/replication";
import type { Secrets } from "../../src/settings/secrets";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { cronWorkflow } from "../../src/manifests/argo/cron-workflow";
import { labelsOf } from "../../src/manifests/argo/names";
import { pipelineSecret } from "../../src/manifests/argo/pipeline-secret";
import { deployed } from "../../src/manifests/argo/run-parameters";
import type { CronWorkflow } from "../../src/manifests/argo/types";
import { describePipeline } from "../../src/manifests/pipeline-description";
import { customResourceArgs, PUT_BACK } from "./placeholders";
import { secretText } from "./secret-text";

/** Images of a replication's connectors, by digest. */
export interface PipelineImages {
  /** Image of the tap. */
  readonly tap: pulumi.Output<string>;
  /** Image of the target. */
  readonly target: pulumi.Output<string>;
}

/** Arguments of {@link Pipeline}. */
export interface PipelineArgs {
  /** Entry of the array. */
  readonly entry: PipelineEntry;
  /** Settings that all pipelines share. */
  readonly settings: ClusterSettings;
  /** Images of a replication's connectors. Not called for a job, which names its own image. */
  readonly images: (entry: Replication) => PipelineImages;
  /** Secrets that the entry names. */
  readonly secrets: Secrets;
  /**
   * Resource whose deletion deletes the pipeline, such as its namespace. Default: the objects of
   * the pipeline are deleted one by one.
   */
  readonly deletedWith?: pulumi.Resource;
}

const TAP_IMAGE = "output:tap-image";
const TARGET_IMAGE = "output:target-image";

/** An entry of the array on the cluster: a CronWorkflow, and a Secret if it has settings. */
export class Pipeline extends pulumi.ComponentResource {
  /** The schedule of the pipeline. */
  readonly cronWorkflow: CustomResource;

  constructor(
    name: string,
    { entry, settings, images, secrets, deletedWith }: PipelineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:Pipeline", name, describePipeline(entry), opts);
    const childOptions = { parent: this, ...(deletedWith && { deletedWith }) };
    const secret = pipelineSecret(entry);
    const secretResource =
      secret &&
      new Secret(
        name,
        {
          metadata: {
            name: secret.name,
            namespace: settings.namespace,
            labels: { ...labelsOf(entry, settings) },
            annotations: PUT_BACK,
          },
          type: "Opaque",
          stringData: Object.fromEntries(
            Object.entries(secret.parts).map(([key, part]) => [key, secretText(part, secrets)]),
          ),
        },
        childOptions,
      );
    this.cronWorkflow = new CustomResource(
      name,
      customResourceArgs(schedule(entry, settings), imageOutputs(entry, images)),
      { ...childOptions, ...(secretResource && { dependsOn: [secretResource] }) },
    );
    this.registerOutputs({ name: entry.name });
  }
}

/** The schedule, with an annotation for `onRemove`. */
function schedule(entry: PipelineEntry, settings: ClusterSettings): CronWorkflow {
  const object = cronWorkflow(
    deployed(entry, () => ({ tap: TAP_IMAGE, target: TARGET_IMAGE })),
    settings,
  );
  const propagation = {
    "pulumi.com/deletionPropagationPolicy": entry.onRemove === "delete" ? "background" : "orphan",
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, ...propagation },
    },
  };
}

function imageOutputs(
  entry: PipelineEntry,
  images: PipelineArgs["images"],
): ReadonlyMap<string, pulumi.Output<string>> {
  if (!isReplication(entry)) return new Map();
  const { tap, target } = images(entry);
  return new Map([
    [TAP_IMAGE, tap],
    [TARGET_IMAGE, target],
  ]);
}
