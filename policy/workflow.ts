import type { Json, JsonObject } from "../src/model/connector-settings";
import { kindOf, objectOf, objectsOf, textOf, type Resource } from "./policy";

/** What a Workflow's templates and arguments are, whatever object of Argo holds them. */
export interface Workflow {
  /** Its spec: templates, deadline and more. */
  readonly spec: JsonObject;
  /** Its templates; none where it refers to a WorkflowTemplate. */
  readonly templates: readonly JsonObject[];
  /** Its arguments by name, those that are text. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Whether its templates are those of another object, which is looked at by itself. */
  readonly refers: boolean;
}

/** The Workflow that a resource runs; undefined for resources that run none. */
export function workflowOf(resource: Resource): Workflow | undefined {
  const spec = specOf(resource);
  if (spec === undefined) return undefined;
  const parameters = objectsOf(objectOf(spec["arguments"])["parameters"]).flatMap(
    ({ name, value }) =>
      typeof name === "string" && typeof value === "string" ? [[name, value] as const] : [],
  );
  return {
    spec,
    templates: objectsOf(spec["templates"]),
    parameters: new Map(parameters),
    refers: "workflowTemplateRef" in spec,
  };
}

function specOf(resource: Resource): JsonObject | undefined {
  const spec = objectOf(resource.props["spec"]);
  switch (kindOf(resource)) {
    case "Workflow":
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      return spec;
    case "CronWorkflow":
      return objectOf(spec["workflowSpec"]);
    default:
      return undefined;
  }
}

/** A text with the arguments of the Workflow in their places; others stay as `{{…}}`. */
export function resolved(text: string, { parameters }: Workflow): string {
  return text.replace(
    /\{\{workflow\.parameters\.([\w-]+)\}\}/g,
    (place, name: string) => parameters.get(name) ?? place,
  );
}

/** Whether a text is known only when the Workflow runs. */
export function isDeferred(text: string): boolean {
  return text.includes("{{");
}

/** A text that is JSON, as data; undefined for any other text. Arguments hold patches of pods and follow-ups so. */
export function jsonOf(value: Json | undefined): Json | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined || !/^[[{]/.test(text) || isDeferred(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
