/** A Kubernetes object as plain data. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
    readonly annotations?: { readonly [name: string]: string } | undefined;
  };
}

/** The object with annotations in addition to its own. */
export function annotated(
  object: KubernetesObject,
  annotations: { readonly [name: string]: string },
): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  };
}
