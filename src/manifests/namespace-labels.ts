/** Labels of every object that a stack creates. */
export const MANAGED: { readonly [name: string]: string } = {
  "app.kubernetes.io/managed-by": "tapctl",
};

/**
 * Level of the Pod Security Standards that a namespace enforces.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export type PodSecurityLevel = "restricted" | "baseline";

/** Labels by which the API server rejects pods that do not meet a level. */
export function podSecurityLabels(level: PodSecurityLevel): { readonly [name: string]: string } {
  return { "pod-security.kubernetes.io/enforce": level };
}

/**
 * Label of a stack's namespaces with the name of the stack, by which recovery identifies what an
 * interrupted update created.
 */
export const STACK_LABEL = "tapctl.dev/stack";
