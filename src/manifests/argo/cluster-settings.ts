import { DEFAULT_NAMESPACE } from "../../common/command-text";
import { DEFAULTS } from "../../model/defaults";
import type { Resources, Retries } from "../../model/entry";
import type { Bytes, Duration } from "../../model/units";

/** A key of a Kubernetes Secret. */
export interface SecretKey {
  /** Name of the Secret, in the namespace of the pipelines. */
  readonly name: string;
  /** Key in it. */
  readonly key: string;
}

/** A key of a Kubernetes ConfigMap. */
export interface ConfigMapKey {
  /** Name of the ConfigMap, in the namespace of the pipelines. */
  readonly configMap: string;
  /** Key in it. Example: `"ca.pem"`. */
  readonly key: string;
}

/** Proxies by which containers reach the world. */
export interface Proxy {
  /** Address of the proxy for `http:`. Default: none. Example: `"http://proxy.example.com:3128"`. */
  readonly http?: string;
  /** Address of the proxy for `https:`. Default: none. Example: `"http://proxy.example.com:3128"`. */
  readonly https?: string;
  /**
   * Hosts, domains with a dot before them, and networks that are reached without a proxy, beside those of the cluster
   * itself (`localhost`, `.svc`, `.cluster.local`). Default: none. Example: `[".example.com", "10.0.0.0/8"]`.
   */
  readonly none?: readonly string[];
}

/** Disk that a pod gets for a run's files while it lives. */
export interface Scratch {
  /** Most that the files may take, for the run's and for temporary ones each. Example: `"20Gi"`. */
  readonly size: Bytes;
  /**
   * Storage class of volumes that are made for each pod and go with it; a failed pod, and its volumes, stay as long as
   * its Workflow does. Default: the disk of the node. Example: `"gp3"`.
   */
  readonly storageClass?: string;
}

/** What all pipelines of a cluster share: input of every builder beside the pipeline itself. */
export interface ClusterSettings {
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** What the names of the shared WorkflowTemplates begin with; `templateName` in names.ts. */
  readonly template: string;
  /** ServiceAccount of the pods; connectors never see its token. */
  readonly serviceAccount: string;
  /** ServiceAccounts of pipelines that have one of their own, by pipeline. Default: none has. */
  readonly serviceAccounts?: { readonly [pipeline: string]: string };
  /** Annotations of every pod of the pipelines. Default: none. Example: `{ "eks.amazonaws.com/skip-containers": "main" }`. */
  readonly podAnnotations?: { readonly [name: string]: string };
  /** ServiceAccount that Argo's own containers report with; it needs to create and patch workflowtaskresults. */
  readonly executorServiceAccount: string;
  /**
   * Artifact repository of the pipelines: a ConfigMap in their namespace and a key in it. Its bucket, `singer`, holds
   * states, runs and configs under the keys of src/store/keys.ts.
   */
  readonly artifactRepository: { readonly configMap: string; readonly key: string };
  /** Image that has the runner and no connector: it commits, judges and notifies. */
  readonly runnerImage: string;
  /** Secrets to pull images with. */
  readonly imagePullSecrets: readonly string[];
  /** Disk of a pod: an extract, an output and its archive must fit. */
  readonly scratch: Scratch;
  /** Where a pipeline does not say how it is tried again. */
  readonly retries: Required<Retries>;
  /** Where a pipeline does not say how long it may take. */
  readonly deadline: Duration;
  /** Longest time that a pod waits to be started, for its image or a node, before that attempt has failed. */
  readonly pendingDeadline: Duration;
  /** Where a pipeline does not say what a container may use. */
  readonly resources: Required<Omit<Resources, "cpuLimit">>;
  /** Webhook that is told of runs whose pipeline names none. Default: nobody is told. */
  readonly webhook?: SecretKey;
  /** Address of Argo's user interface, for links in notifications. Default: no links. */
  readonly uiUrl?: string;
  /** Proxies of connectors, notifications, follow-ups and jobs. Default: none. */
  readonly proxy?: Proxy;
  /**
   * Certificates in PEM that connectors, notifications, follow-ups and jobs trust instead of their image's: those of a
   * private authority, and the public ones as well where those are needed. Default: the image's own.
   */
  readonly certificateAuthority?: ConfigMapKey;
  /** Labels of every object. */
  readonly labels: { readonly [name: string]: string };
}

/** {@link ClusterSettings} as they are where nobody says otherwise. */
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
  labels: { "app.kubernetes.io/managed-by": "tapctl" },
};
