/**
 * The Argo objects that this project creates, based on the published types; the only place that
 * imports them. Only types are imported, because the package is a module that Node 20 cannot
 * `require`.
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

/** A task of a DAG. */
export type DagTask = NonNullable<ITemplate["dag"]>["tasks"][number];
/** The container of a template. */
export type Container = NonNullable<ITemplate["container"]>;
/** An environment variable of a container. */
export type EnvVar = NonNullable<Container["env"]>[number];
/** A volume of a template. */
export type Volume = NonNullable<ITemplate["volumes"]>[number];
/** A mount of a volume in a container. */
export type VolumeMount = NonNullable<Container["volumeMounts"]>[number];
/** Security context of a pod. */
export type PodSecurityContext = NonNullable<ITemplate["securityContext"]>;
/** Security context of a container. */
export type SecurityContext = NonNullable<Container["securityContext"]>;
/** A template of a Workflow, with fields that the published types lack. */
export interface Template extends Omit<ITemplate, "steps"> {
  /**
   * Groups of steps that run sequentially. The published types have an object where Argo's JSON has
   * a list.
   */
  steps?: IWorkflowStep[][];
  /** Longest time that the pod may stay pending, such as `900s`. */
  pendingTimeout?: string;
}

/** A template that others can reference. */
export type NamedTemplate = Template & { readonly name: string };

/** The spec of a Workflow. */
export interface WorkflowSpec extends Omit<IWorkflowSpec, "templates"> {
  /** Templates of the Workflow. */
  templates?: Template[];
}

/** A WorkflowTemplate. */
export interface WorkflowTemplate extends Omit<IWorkflowTemplate, "spec"> {
  /** Spec of its Workflows. */
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
