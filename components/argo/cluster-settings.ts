import type { Resources, Retries } from "../../pipelines/entry";
import type { Bytes, Duration } from "../../pipelines/units";

/** A key of a Kubernetes Secret. */
export interface SecretKey {
  /** Name of the Secret, in the namespace of the pipelines. */
  readonly name: string;
  /** Key in it. */
  readonly key: string;
}

/** What all pipelines of a cluster share: input of every builder beside the pipeline itself. */
export interface ClusterSettings {
  /** Namespace of the pipelines. */
  readonly namespace: string;
  /** Name of the shared WorkflowTemplate. */
  readonly template: string;
  /** ServiceAccount of the pods; connectors never see its token. */
  readonly serviceAccount: string;
  /** ServiceAccount that Argo's own containers report with; it needs to create and patch workflowtaskresults. */
  readonly executorServiceAccount: string;
  /**
   * Artifact repository of the pipelines: a ConfigMap in their namespace and a key in it. Its bucket, `singer`, holds
   * states, runs and configs under the keys of store/keys.ts.
   */
  readonly artifactRepository: { readonly configMap: string; readonly key: string };
  /** Image that has the runner and no connector: it commits, judges and notifies. */
  readonly runnerImage: string;
  /** Secrets to pull images with. */
  readonly imagePullSecrets: readonly string[];
  /** Most disk that a pod's files may take: an extract, an output and its archive. */
  readonly scratch: Bytes;
  /** Where a pipeline does not say how it is tried again. */
  readonly retries: Required<Retries>;
  /** Where a pipeline does not say how long it may take. */
  readonly deadline: Duration;
  /** Where a pipeline does not say what a container may use. */
  readonly resources: Required<Omit<Resources, "cpuLimit">>;
  /** Webhook that is told of runs whose pipeline names none. Default: nobody is told. */
  readonly webhook?: SecretKey;
  /** Address of Argo's user interface, for links in notifications. Default: no links. */
  readonly uiUrl?: string;
  /** Labels of every object. */
  readonly labels: { readonly [name: string]: string };
}

/** {@link ClusterSettings} as they are where nobody says otherwise. */
export const defaultClusterSettings: ClusterSettings = {
  namespace: "pipelines",
  template: "singer",
  serviceAccount: "singer",
  executorServiceAccount: "singer-executor",
  artifactRepository: { configMap: "artifact-repositories", key: "singer" },
  runnerImage: "singer-runner:latest",
  imagePullSecrets: [],
  scratch: "20Gi",
  retries: { limit: 2, delay: "1m", maxDelay: "15m" },
  deadline: "6h",
  resources: { cpu: 0.1, memory: "512Mi" },
  labels: { "app.kubernetes.io/managed-by": "tapctl" },
};
