import {
  MANAGED,
  podSecurityLabels,
  STACK_LABEL,
  type PodSecurityLevel,
} from "../namespace-labels";

/** A namespace of a stack, with a fixed name and the level of the Pod Security Standards that it enforces. */
export function stackNamespace(
  name: string,
  stack: string,
  level: PodSecurityLevel,
  labels: { readonly [name: string]: string } = {},
) {
  return {
    apiVersion: "v1" as const,
    kind: "Namespace" as const,
    metadata: {
      name,
      labels: { ...MANAGED, [STACK_LABEL]: stack, ...podSecurityLabels(level), ...labels },
    },
  };
}
