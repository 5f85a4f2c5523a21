import type { Registration } from "./record";

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: object };
}

/**
 * The registrations of a stack that `render` writes too: the shared templates, and the objects of
 * its pipelines.
 */
export function declared(registrations: readonly Registration[]): readonly object[] {
  const ofPipelines = registrations.filter(
    ({ type, options }) =>
      /:(Secret|CronWorkflow)$/.test(type) && options.parent.includes("tapctl:index:Pipeline::"),
  );
  const templates = registrations.filter(
    ({ type, options }) =>
      type.endsWith(":WorkflowTemplate") &&
      options.parent.includes("tapctl:index:SingerTemplate::"),
  );
  return [...templates, ...ofPipelines].map(({ type, inputs }) => ({
    ...(type.endsWith(":Secret") && { apiVersion: "v1", kind: "Secret" }),
    ...inputs,
  }));
}

/**
 * Objects by kind and name, so that rendered ones and those of a stack compare: without digests of
 * images and annotations of the engine, with what tests give in the place of references to secrets.
 */
export function byName(objects: readonly object[]): { readonly [name: string]: unknown } {
  const named = (objects as readonly Manifest[]).map((object) => {
    const { metadata, ...rest } = comparable(object) as Manifest;
    const { annotations = {}, ...others } = metadata;
    return [
      `${rest.kind} ${metadata.name}`,
      { ...rest, metadata: { ...others, annotations } },
    ] as const;
  });
  return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * A value with JSON texts parsed, image digests removed, and references to secrets replaced by the
 * tests' values.
 */
function comparable(value: unknown): unknown {
  if (typeof value === "string")
    return /^[[{]/.test(value) && isJson(value)
      ? comparable(JSON.parse(value))
      : value.replace(/@sha256:[0-9a-f]{64}/, "");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return `value-of-${String(value.$secret)}`;
  if ("secret" in value && Object.keys(value).length === 1) return comparable(value.secret);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("pulumi.com/"))
      .map(([key, item]) => [key, comparable(item)]),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
