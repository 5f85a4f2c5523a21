import type { CustomResourceArgs } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";

/** An Argo object, as builders make it. */
interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The arguments of a custom resource, with outputs in the places that stand for them: builders of plain objects need
 * not know of outputs, and all that is known of an object shows in a preview.
 *
 * @param object plain data.
 * @param values what stands for an output, and the output; a text counts where it is the whole text.
 */
export function customResourceArgs(object: PlainObject, values: ReadonlyMap<string, pulumi.Output<string>>): CustomResourceArgs {
  return { ...(withOutputs(object, values) as object), apiVersion: object.apiVersion, kind: object.kind };
}

function withOutputs(value: unknown, values: ReadonlyMap<string, pulumi.Output<string>>): unknown {
  if (typeof value === "string") return values.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withOutputs(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withOutputs(item, values)]));
}
