/**
 * The Argo objects that this project makes, as the published types have them: the one place to swap those for others.
 * Types alone are imported: the package is a module that Node 20 cannot `require`.
 */
import type { IArtifact } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Artifact";
import type { ICronWorkflow } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/CronWorkflow";
import type { IParameter } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Parameter";
import type { IRetryStrategy } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/RetryStrategy";
import type { ITemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Template";
import type { IWorkflow } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Workflow";
import type { IWorkflowSpec } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowSpec";
import type { IWorkflowStep } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowStep";
import type { IWorkflowTemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowTemplate";

/** A task of a graph. */
export type DagTask = NonNullable<ITemplate["dag"]>["tasks"][number];
/** A template's container. */
export type Container = NonNullable<ITemplate["container"]>;
/** A variable of a container's environment. */
export type EnvVar = NonNullable<Container["env"]>[number];
/** A template's volume. */
export type Volume = NonNullable<ITemplate["volumes"]>[number];
/** A place in a container that a volume is seen at. */
export type VolumeMount = NonNullable<Container["volumeMounts"]>[number];
/** Who a pod runs as. */
export type PodSecurityContext = NonNullable<ITemplate["securityContext"]>;
/** What a container may do. */
export type SecurityContext = NonNullable<Container["securityContext"]>;
/** A template of a Workflow, with what the published types lack. */
export interface Template extends Omit<ITemplate, "steps"> {
  /** Groups of steps, which run sequentially; the published types have an object where Argo's JSON has a list. */
  steps?: IWorkflowStep[][];
  /** Longest time that its pod may wait to be started, such as `900s`. */
  pendingTimeout?: string;
}

/** A template that others can refer to. */
export type NamedTemplate = Template & { readonly name: string };

/** What a Workflow does. */
export interface WorkflowSpec extends Omit<IWorkflowSpec, "templates"> {
  /** Its templates. */
  templates?: Template[];
}

/** A WorkflowTemplate. */
export interface WorkflowTemplate extends Omit<IWorkflowTemplate, "spec"> {
  /** What its Workflows do. */
  spec: WorkflowSpec;
}

export type {
  IArtifact as Artifact,
  ICronWorkflow as CronWorkflow,
  IParameter as Parameter,
  IRetryStrategy as RetryStrategy,
  IWorkflow as Workflow,
  IWorkflowStep as WorkflowStep,
};
