import type { CustomResourceArgs } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";

/** An Argo object as the builders return it. */
interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly annotations?: { readonly [name: string]: string } };
}

/**
 * Annotation of objects whose manual changes, by `kubectl` or `tapctl suspend`, are reverted by an
 * update. The last one to change a field owns it, and in Argo's minimal definitions a whole spec is
 * a single field.
 * Source: pulumi-kubernetes, "Managing resources with server-side apply".
 */
export const PUT_BACK = { "pulumi.com/patchForce": "true" };

/**
 * Arguments of a custom resource in which placeholders are replaced with outputs. Builders can then
 * work with plain data, and everything known about an object shows in a preview. Updates revert
 * manual changes: {@link PUT_BACK}.
 *
 * @param object plain data.
 * @param values placeholders and outputs; a placeholder must be the whole text.
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
