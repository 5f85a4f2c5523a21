/** A toleration of a node's taint, as in Kubernetes. */
export interface Toleration {
  /** Key of the taint. Default: every key, with the operator `Exists`. */
  readonly key?: string;

  /** `Equal` compares `value`; `Exists` accepts any value. Default: `Equal`. */
  readonly operator?: "Equal" | "Exists";

  /** Value of the taint. Default: empty. */
  readonly value?: string;

  /** Effect of the taint. Default: every effect. */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";

  /** How long a pod stays on a node with the taint, for `NoExecute`. Default: forever. */
  readonly tolerationSeconds?: number;
}

/** How the pods of all pipelines are spread over nodes or zones, as in Kubernetes. */
export interface TopologySpread {
  /** Node label whose values are the parts, such as `topology.kubernetes.io/zone`. */
  readonly topologyKey: string;

  /** Largest difference in the number of pods between two parts. Default: 1. */
  readonly maxSkew?: number;

  /** Whether a pod waits if it would increase the difference. Default: `ScheduleAnyway`. */
  readonly whenUnsatisfiable?: "DoNotSchedule" | "ScheduleAnyway";
}

/** A condition on a label of a node or a pod, as in Kubernetes. */
export interface LabelCondition {
  /** Name of the label. */
  readonly key: string;

  /** How the label is compared; `Gt` and `Lt` are for nodes only. */
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";

  /** Values to compare with. Default: none, for `Exists` and `DoesNotExist`. */
  readonly values?: readonly string[];
}

/** Nodes that satisfy one or more conditions. */
export interface NodeTerm {
  /** Conditions on labels, all of which must hold. */
  readonly matchExpressions: readonly LabelCondition[];
}

/** Pods near which, or away from which, a pod is placed. */
export interface PodTerm {
  /** Node label whose value counts as the place, such as `kubernetes.io/hostname`. */
  readonly topologyKey: string;

  /** Labels of the other pods. */
  readonly labelSelector: {
    readonly matchLabels?: { readonly [label: string]: string };
    readonly matchExpressions?: readonly LabelCondition[];
  };

  /** Namespaces of the other pods. Default: the namespace of the pipelines. */
  readonly namespaces?: readonly string[];
}

interface PodPreferences {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly podAffinityTerm: PodTerm;
  }[];
}

/** Attraction to and repulsion from nodes and pods, as in Kubernetes. */
export interface Affinity {
  /** Nodes by their labels. */
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms: readonly NodeTerm[];
    };
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly weight: number;
      readonly preference: NodeTerm;
    }[];
  };

  /** Nodes by the pods that run there already. */
  readonly podAffinity?: PodPreferences;

  /** Nodes by the pods that do not run there. */
  readonly podAntiAffinity?: PodPreferences;
}

/**
 * Where the pods of runs are placed on a cluster, and what other programs of the cluster read on
 * them. It has no effect on local runs.
 *
 * A field of a pipeline replaces the one of the stack (`tapctl:scheduling`); labels and annotations
 * are combined, and those of the pipeline take precedence.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/
 *
 * @example `{ nodeSelector: { pool: "etl" }, tolerations: [{ key: "spot", operator: "Exists" }] }`
 */
export interface Scheduling {
  /** Labels of the nodes that pods run on. Example: `{ pool: "etl" }`. Default: any node. */
  readonly nodeSelector?: { readonly [label: string]: string };

  /** Taints that pods tolerate. Example: `[{ key: "spot", operator: "Exists" }]`. Default: none. */
  readonly tolerations?: readonly Toleration[];

  /** Attraction to and repulsion from nodes and pods. Default: none. */
  readonly affinity?: Affinity;

  /** How the pods of all pipelines are spread over nodes or zones. Default: as the cluster does. */
  readonly topologySpread?: readonly TopologySpread[];

  /** PriorityClass of the pods. It must exist. Default: the default class of the cluster. */
  readonly priorityClass?: string;

  /** RuntimeClass of the pods, such as `gvisor`. It must exist. Default: the cluster's runtime. */
  readonly runtimeClass?: string;

  /** Labels of the pods, in addition to `labels`. Default: none. */
  readonly podLabels?: { readonly [label: string]: string };

  /** Annotations of the pods, such as `{ "sidecar.istio.io/inject": "false" }`. Default: none. */
  readonly podAnnotations?: { readonly [name: string]: string };
}

/** The scheduling of a pipeline: its own fields over those of the stack. */
export function schedulingOf(
  own: Scheduling | undefined,
  stack: Scheduling | undefined,
): Scheduling {
  return {
    ...stack,
    ...own,
    ...merged("podLabels", own, stack),
    ...merged("podAnnotations", own, stack),
  };
}

function merged(
  field: "podLabels" | "podAnnotations",
  own: Scheduling | undefined,
  stack: Scheduling | undefined,
): Pick<Scheduling, "podLabels" | "podAnnotations"> {
  if (own?.[field] === undefined && stack?.[field] === undefined) return {};
  return { [field]: { ...stack?.[field], ...own?.[field] } };
}
