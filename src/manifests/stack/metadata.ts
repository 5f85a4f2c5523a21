import { MANAGED } from "../namespace-labels";

/** Annotations, whose values may be outputs of Pulumi. */
export type Annotations<Value = string> = { readonly [name: string]: Value };

/**
 * Metadata of an object that a stack creates.
 *
 * @param namespace name of the namespace; with Pulumi an output, by which the object waits for it.
 */
export function metadataOf<Namespace, Value = string>(
  name: string,
  namespace: Namespace,
  annotations?: Annotations<Value>,
) {
  return {
    name,
    namespace,
    labels: { ...MANAGED },
    ...(annotations && { annotations: { ...annotations } }),
  };
}
