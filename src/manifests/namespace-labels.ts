/** Labels of every object that a stack creates. */
export const MANAGED: { readonly [name: string]: string } = {
  "app.kubernetes.io/managed-by": "tapctl",
};

/**
 * Label of a stack's namespaces with the name of the stack, by which recovery identifies what an
 * interrupted update created.
 */
export const STACK_LABEL = "tapctl.dev/stack";
