import { DEFAULT_NAMESPACE } from "../../common/commands";
import { DEFAULTS } from "../../model/defaults";
import type { KubernetesSecretReference } from "../../model/connector-settings";
import type { Resources, Retries } from "../../model/entry";
import type { PodSecurityLevel } from "../namespace-labels";
import type { Scheduling } from "../../model/scheduling";
import type { Bytes, Duration } from "../../model/units";

/** A key of a Kubernetes Secret. */
export interface SecretKey {
  /** Name of the Secret, in the namespace of the pipelines. */
  readonly name: string;
  /** Key in the Secret. */
  readonly key: string;
}

/** A key of a Kubernetes ConfigMap. */
export interface ConfigMapKey {
  /** Name of the ConfigMap, in the namespace of the pipelines. */
  readonly configMap: string;
  /** Key in the ConfigMap. Example: `"ca.pem"`. */
  readonly key: string;
}

/** A backend that accepts OpenLineage events. */
export interface LineageBackend {
  /** Address, without `/api/v1/lineage`. Example: `"https://marquez.example.com"`. */
  readonly url: string;
  /** Namespace of the jobs. Example: `"prod"`. */
  readonly namespace: string;
  /** API key of the backend. Default: none. */
  readonly apiKey?: SecretKey;
  /**
   * Address of the object store, for the names of datasets. Example: `"s3://singer"`. Default: the
   * files of runs are named by their pipeline.
   */
  readonly store?: string;
}

/** A receiver of traces and metrics over OTLP/HTTP. */
export interface TelemetryReceiver {
  /** Address, without `/v1/traces`. Example: `"http://collector.monitoring:4318"`. */
  readonly endpoint: string;
  /** Headers of the requests: a JSON object. Default: none. */
  readonly headers?: SecretKey;
  /** Attributes of the resource. Example: `{ "service.namespace": "pipelines" }`. */
  readonly resourceAttributes: { readonly [name: string]: string };
  /** Longest time that a receiver without an answer delays a run. Example: `"0.1s"`. */
  readonly timeout: Duration;
}

/** Proxies of containers. */
export interface Proxy {
  /** Proxy for `http:` URLs. Example: `"http://proxy.example.com:3128"`. Default: none. */
  readonly http?: string;
  /** Proxy for `https:` URLs. Example: `"http://proxy.example.com:3128"`. Default: none. */
  readonly https?: string;
  /**
   * Hosts, domains with a leading dot, and networks that bypass the proxy, in addition to those of
   * the cluster (`localhost`, `.svc`, `.cluster.local`). Example: `[".example.com", "10.0.0.0/8"]`.
   * Default: none.
   */
  readonly none?: readonly string[];
}

/** Disk space of a pod for the files of a run. */
export interface Scratch {
  /** Maximum size, for the files of the run and for temporary files each. Example: `"20Gi"`. */
  readonly size: Bytes;
  /**
   * Storage class of a volume for each pod. A failed pod and its volumes are kept as long as its
   * Workflow. Example: `"gp3"`. Default: the disk of the node.
   */
  readonly storageClass?: string;
}

/**
 * Settings that all pipelines of a cluster share: input of every builder, in addition to the
 * pipeline.
 */
export interface ClusterSettings {
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** Prefix of the names of the shared WorkflowTemplates; see `templateName` in names.ts. */
  readonly template: string;
  /** ServiceAccount of the pods. Connectors cannot read its token. */
  readonly serviceAccount: string;
  /** ServiceAccounts of pipelines with their own, by pipeline. Default: none. */
  readonly serviceAccounts?: { readonly [pipeline: string]: string };
  /**
   * Annotations of all pods. Example: `{ "eks.amazonaws.com/skip-containers": "main" }`. Default:
   * none.
   */
  readonly podAnnotations?: { readonly [name: string]: string };
  /**
   * ServiceAccount of Argo's containers, which must be allowed to create and patch
   * workflowtaskresults.
   */
  readonly executorServiceAccount: string;
  /**
   * Artifact repository of the pipelines: a ConfigMap in their namespace, and a key in it. Its
   * bucket, `singer`, contains states, runs and configs under the keys of src/store/keys.ts.
   */
  readonly artifactRepository: { readonly configMap: string; readonly key: string };
  /** Image with the runner and no connector, for commits, verdicts and notifications. */
  readonly runnerImage: string;
  /** Image pull secrets. */
  readonly imagePullSecrets: readonly string[];
  /** Disk space of a pod. An extract, an output and its archive must fit. */
  readonly scratch: Scratch;
  /** Retries of pipelines that do not set them. */
  readonly retries: Required<Retries>;
  /** Deadline of pipelines that do not set it. */
  readonly deadline: Duration;
  /** Longest time that a pod may stay pending before the attempt fails. */
  readonly pendingDeadline: Duration;
  /** Most WAL that a replication slot may retain, for pipelines that do not set it. Default: any. */
  readonly maxSlotLag?: Bytes;
  /** Resources of containers that do not set them. */
  readonly resources: Required<Pick<Resources, "cpu" | "memory">> &
    Pick<Resources, "ephemeralStorage">;
  /** Level of the Pod Security Standards that jobs and follow-ups meet; all others are restricted. */
  readonly podSecurity: PodSecurityLevel;
  /** Where the pods of pipelines without `scheduling` are placed. Default: any node. */
  readonly scheduling?: Scheduling;
  /**
   * URL of a webhook, or a JSON list of channels, for pipelines that do not set their own. Default:
   * no notifications.
   */
  readonly webhook?: SecretKey;
  /** Existing Kubernetes Secrets that the channels of `webhook` refer to. Default: none. */
  readonly channelSecrets?: readonly KubernetesSecretReference[];
  /** URL of Argo's web UI, for links in notifications. Default: no links. */
  readonly uiUrl?: string;
  /** OpenLineage backend that runs are reported to. Default: none. */
  readonly lineage?: LineageBackend;
  /** Receiver of traces and metrics. Default: none. */
  readonly telemetry?: TelemetryReceiver;
  /** Proxies of connectors, notifications, follow-ups and jobs. Default: none. */
  readonly proxy?: Proxy;
  /**
   * PEM certificates that connectors, notifications, follow-ups and jobs trust instead of those of
   * their image. Include public certificates if they are needed. Default: those of the image.
   */
  readonly certificateAuthority?: ConfigMapKey;
  /** Labels of every object. */
  readonly labels: { readonly [name: string]: string };
}

/** Default {@link ClusterSettings}. */
export const defaultClusterSettings: ClusterSettings = {
  namespace: DEFAULT_NAMESPACE,
  template: "singer",
  serviceAccount: "singer",
  executorServiceAccount: "singer-executor",
  artifactRepository: { configMap: "artifact-repositories", key: "singer" },
  runnerImage: "singer-runner:latest",
  imagePullSecrets: [],
  scratch: { size: DEFAULTS.scratchSize },
  retries: DEFAULTS.retries,
  deadline: DEFAULTS.deadline,
  pendingDeadline: DEFAULTS.pendingDeadline,
  resources: DEFAULTS.resources,
  podSecurity: DEFAULTS.podSecurity,
  labels: { "app.kubernetes.io/managed-by": "tapctl" },
};
