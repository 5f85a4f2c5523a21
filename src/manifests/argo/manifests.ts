import type { PipelineEntry } from "../../model/define";
import type { Replication } from "../../model/replication";
import type { ClusterSettings } from "./cluster-settings";
import { cronWorkflow, workflow } from "./cron-workflow";
import { labelsOf } from "./names";
import { pipelineSecret, referenceText } from "./pipeline-secret";
import { deployed, type ConnectorImages } from "./run-parameters";
import type { CronWorkflow, Workflow } from "./types";

/** A Kubernetes Secret with texts for its values. */
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

/** The objects of one pipeline. */
export interface PipelineManifests {
  /** Name of the pipeline. */
  readonly name: string;
  /** Its settings, secrets as references; absent for a job that uses none. */
  readonly secret?: SecretManifest;
  /** Its schedule. */
  readonly cronWorkflow: CronWorkflow;
  /** A run to submit by hand. */
  readonly workflow: Workflow;
}

/** The manifests of a pipeline, for review and GitOps: no value of a secret is in them. */
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

/** A Secret of a pipeline with given texts. */
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
