/** Checks Argo objects as the published package does. */
export type Validate = (object: object) => void;

interface Model {
  validate(): void;
}
type Models = Readonly<
  Record<"WorkflowTemplate" | "CronWorkflow" | "Workflow", new (data: object) => Model>
>;

/** The validators; the package is a module, which tests load as one. */
export async function validators(): Promise<Validate> {
  const models =
    (await import("@kubernetes-models/argo-workflows/argoproj.io/v1alpha1")) as unknown as Models;
  return (object) => {
    const { kind } = object as { readonly kind: keyof Models };
    new models[kind](asPublished(JSON.parse(JSON.stringify(object))) as object).validate();
  };
}

/**
 * An object as the package has it: it takes Go's structure of groups of steps for the JSON, which is a list of lists,
 * and knows days of the week by number alone, as Argo did before 4.0.6.
 */
function asPublished(value: unknown, key = ""): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown) =>
      key === "steps" && Array.isArray(item)
        ? { steps: item.map((step) => asPublished(step)) }
        : asPublished(item, key),
    );
  if (key === "schedules" && typeof value === "string") return value.replace(/[A-Z]{3}/g, "0");
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, asPublished(field, name)]),
  );
}
