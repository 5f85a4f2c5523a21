import type { PipelineEntry } from "../../model/define";
import type { Replication } from "../../model/replication";
import type { ClusterSettings } from "./cluster-settings";
import { cronWorkflow, workflow } from "./cron-workflow";
import { labelsOf } from "./names";
import { pipelineSecret, referenceText } from "./pipeline-secret";
import { deployed, type ConnectorImages } from "./run-parameters";
import type { CronWorkflow, Workflow } from "./types";

/** A Kubernetes Secret with string values. */
export interface SecretManifest {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: { readonly [name: string]: string };
  };
  readonly type: "Opaque";
  readonly stringData: { readonly [key: string]: string };
}

/** The objects of a pipeline. */
export interface PipelineManifests {
  /** Name of the pipeline. */
  readonly name: string;
  /** Settings with references to secrets. A job that uses no secret has none. */
  readonly secret?: SecretManifest;
  /** Schedule of the pipeline. */
  readonly cronWorkflow: CronWorkflow;
  /** Run to submit by hand. */
  readonly workflow: Workflow;
}

/** The manifests of a pipeline for review and GitOps, without values of secrets. */
export function pipelineManifests(
  entry: PipelineEntry,
  images: (entry: Replication) => ConnectorImages,
  settings: ClusterSettings,
): PipelineManifests {
  const pipeline = deployed(entry, images);
  const secret = pipelineSecret(entry);
  return {
    name: entry.name,
    ...(secret && {
      secret: secretManifest(
        secret.name,
        Object.fromEntries(
          Object.entries(secret.parts).map(([key, part]) => [key, referenceText(part)]),
        ),
        entry,
        settings,
      ),
    }),
    cronWorkflow: cronWorkflow(pipeline, settings),
    workflow: workflow(pipeline, settings),
  };
}

/** The Secret of a pipeline with the given values. */
export function secretManifest(
  name: string,
  texts: { readonly [key: string]: string },
  entry: PipelineEntry,
  settings: ClusterSettings,
): SecretManifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: settings.namespace, labels: labelsOf(entry, settings) },
    type: "Opaque",
    stringData: texts,
  };
}
