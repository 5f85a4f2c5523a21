/** Labels of every object that a stack creates. */
export const MANAGED: { readonly [name: string]: string } = {
  "app.kubernetes.io/managed-by": "tapctl",
};

/** Label of a stack's namespaces: the name of the stack, by which an interrupted update recognizes what it created. */
export const STACK_LABEL = "tapctl.dev/stack";
