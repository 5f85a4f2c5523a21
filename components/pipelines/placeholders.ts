import type { CustomResourceArgs } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";

/** An Argo object, as builders make it. */
interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly annotations?: { readonly [name: string]: string } };
}

/**
 * Annotation of objects that an update puts back where they were changed by hand, by `kubectl` or `tapctl suspend`:
 * whoever changed a field last owns it, and Argo's minimal definitions make one field of a whole spec.
 * Source: pulumi-kubernetes, "Managing resources with server-side apply".
 */
export const PUT_BACK = { "pulumi.com/patchForce": "true" };

/**
 * The arguments of a custom resource, with outputs in the places that stand for them: builders of plain objects need
 * not know of outputs, and all that is known of an object shows in a preview. An update puts it back: {@link PUT_BACK}.
 *
 * @param object plain data.
 * @param values what stands for an output, and the output; a text counts where it is the whole text.
 */
export function customResourceArgs(
  object: PlainObject,
  values: ReadonlyMap<string, pulumi.Output<string>>,
): CustomResourceArgs {
  const { annotations } = object.metadata;
  return {
    ...(withOutputs(
      { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...PUT_BACK } } },
      values,
    ) as object),
    apiVersion: object.apiVersion,
    kind: object.kind,
  };
}

function withOutputs(value: unknown, values: ReadonlyMap<string, pulumi.Output<string>>): unknown {
  if (typeof value === "string") return values.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withOutputs(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withOutputs(item, values)]),
  );
}
