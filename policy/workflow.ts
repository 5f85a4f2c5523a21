import type { Json, JsonObject } from "../src/model/connector-settings";
import { kindOf, objectOf, objectsOf, textOf, type Resource } from "./policy";

/** Templates and arguments of a Workflow, of any Argo kind that holds one. */
export interface Workflow {
  /** The spec: templates, deadline and more. */
  readonly spec: JsonObject;
  /** The templates; empty if it references a WorkflowTemplate. */
  readonly templates: readonly JsonObject[];
  /** The arguments with string values, by name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Whether it references a WorkflowTemplate, which is checked by itself. */
  readonly refers: boolean;
}

/** The Workflow in a resource, or undefined if it has none. */
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

/** Fills in the arguments of the Workflow; other placeholders stay as `{{…}}`. */
export function resolved(text: string, { parameters }: Workflow): string {
  return text.replace(
    /\{\{workflow\.parameters\.([\w-]+)\}\}/g,
    (place, name: string) => parameters.get(name) ?? place,
  );
}

/** Whether a value is only known when the Workflow runs. */
export function isDeferred(text: string): boolean {
  return text.includes("{{");
}

/** Parses a string of JSON, as arguments hold pod patches and follow-ups; undefined for other strings. */
export function jsonOf(value: Json | undefined): Json | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined || !/^[[{]/.test(text) || isDeferred(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
