/** Objects of the cluster, reduced to the fields that the command reads. */

/** Metadata of an object. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** RFC 3339 in UTC, to the second. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
  /** Which manager wrote which field; only for objects read with their contents. */
  readonly managedFields?: readonly ManagedFields[];
}

/** Fields of an object written by one manager. */
export interface ManagedFields {
  readonly manager?: string;
  /** RFC 3339 in UTC. */
  readonly time?: string;
  /** A tree of field names, each prefixed with `f:`. */
  readonly fieldsV1?: { readonly [field: string]: unknown };
}

/** An object read without its contents. */
export interface MetadataOnly {
  readonly metadata: Metadata;
}

/** A page of a list. */
export interface Page<T> {
  readonly metadata?: { readonly continue?: string };
  /** Null if a list of metadata is empty. */
  readonly items: readonly T[] | null;
}

/** A parameter of a Workflow. */
export interface Parameter {
  readonly name: string;
  readonly value?: string;
}

/**
 * Phase of a Workflow or one of its steps. Absent until the controller has processed the Workflow.
 */
export type Phase =
  "Pending" | "Running" | "Succeeded" | "Failed" | "Error" | "Skipped" | "Omitted";

/** A step of a Workflow. */
export interface WorkflowNode {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  /** `Pod`, `Retry`, `Steps`, `StepGroup`, `DAG`, `Suspend`, `Skipped`. */
  readonly type: string;
  readonly templateName?: string;
  readonly phase: Phase;
  readonly message?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly inputs?: { readonly parameters?: readonly Parameter[] };
  readonly outputs?: { readonly exitCode?: string; readonly parameters?: readonly Parameter[] };
}

/** Spec of a Workflow, reduced to the fields that the command reads or changes. */
export interface WorkflowSpec {
  readonly entrypoint?: string;
  readonly shutdown?: "Stop" | "Terminate";
  readonly workflowTemplateRef?: { readonly name: string };
  readonly arguments?: { readonly parameters?: readonly Parameter[] };
}

/** A run of a pipeline, or another Workflow. */
export interface WorkflowObject extends MetadataOnly {
  readonly spec: WorkflowSpec;
  readonly status?: {
    readonly phase?: Phase;
    readonly message?: string;
    readonly startedAt?: string | null;
    readonly finishedAt?: string | null;
    readonly nodes?: { readonly [id: string]: WorkflowNode };
    readonly synchronization?: {
      readonly mutex?: {
        readonly holding?: readonly MutexHolding[] | null;
        readonly waiting?: readonly MutexHolding[] | null;
      };
    };
  };
}

/** A lock that a Workflow holds or waits for. */
export interface MutexHolding {
  /** E.g. `pipelines/Mutex/pipeline-orders`. */
  readonly mutex?: string;
  /** The holder, e.g. `pipelines/orders-7xk2p`. */
  readonly holder?: string;
}

/** A condition of an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
  readonly reason?: string;
}

/** The schedule of a pipeline on the cluster. */
export interface CronWorkflowObject extends MetadataOnly {
  readonly spec: {
    readonly schedules?: readonly string[];
    readonly timezone?: string;
    readonly suspend?: boolean;
    readonly workflowMetadata?: {
      readonly labels?: { readonly [name: string]: string };
      readonly annotations?: { readonly [name: string]: string };
    };
    readonly workflowSpec: WorkflowSpec & { readonly [field: string]: unknown };
  };
  readonly status?: {
    readonly lastScheduledTime?: string | null;
    readonly conditions?: readonly Condition[] | null;
    readonly phase?: string;
  };
}

/** A pod. */
export interface PodObject extends MetadataOnly {
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Status of a container. */
export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

/** An event about an object. */
export interface EventObject extends MetadataOnly {
  readonly reason: string;
  readonly message?: string;
  readonly involvedObject: { readonly name: string };
  /** RFC 3339 in UTC, to the second. */
  readonly lastTimestamp?: string | null;
}

/** A Service. */
export interface ServiceObject extends MetadataOnly {
  readonly spec: {
    readonly selector?: { readonly [name: string]: string };
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: number | string;
    }[];
  };
}

/** A Deployment. */
export interface DeploymentObject extends MetadataOnly {
  readonly spec: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly { readonly name: string; readonly image: string }[];
      };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}
