import type { JsonObject } from "../../src/model/connector-settings";
import {
  settingsFor,
  type PolicyBase,
  type Resource,
  type ResourcePolicy,
  type StackPolicy,
} from "../../policy/policy";
import type { Registration } from "../support/record";

export const DIGEST = `sha256:${"0".repeat(64)}`;

/** A resource as a policy sees it. */
export function resource(
  type: string,
  props: object,
  {
    name = "it",
    dependencies = [],
  }: { readonly name?: string; readonly dependencies?: readonly string[] } = {},
): Resource {
  return {
    type,
    name,
    urn: `urn:pulumi:test::tapctl::${type}::${name}`,
    props: props as JsonObject,
    dependencies,
  };
}

/** A registration as a policy sees it: secrets are not wrapped any more. */
export function seen({ type, name, urn, inputs }: Registration): Resource {
  return { type, name, urn, props: unwrapped(inputs) as JsonObject, dependencies: [] };
}

/** A CronWorkflow with some arguments, of a pipeline that refers to the shared template. */
export function cronWorkflow(
  parameters: { readonly [name: string]: string },
  spec: object = {},
  name = "orders",
): Resource {
  const workflowSpec = {
    workflowTemplateRef: { name: "singer" },
    activeDeadlineSeconds: 3600,
    arguments: {
      parameters: Object.entries(parameters).map(([parameter, value]) => ({
        name: parameter,
        value,
      })),
    },
    ...spec,
  };
  return resource(
    "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    { metadata: { name }, spec: { schedules: ["0 6 * * *"], workflowSpec } },
    { name },
  );
}

/** A WorkflowTemplate with one template. */
export function workflowTemplate(template: object, spec: object = {}): Resource {
  return resource("kubernetes:argoproj.io/v1alpha1:WorkflowTemplate", {
    spec: { activeDeadlineSeconds: 3600, templates: [{ name: "extract", ...template }], ...spec },
  });
}

/** A pod with one container. */
export function pod(container: object, spec: object = {}): Resource {
  return resource("kubernetes:core/v1:Pod", {
    spec: { containers: [{ name: "main", ...container }], ...spec },
  });
}

/** Violations of a policy by a resource, with the policy's defaults. */
export function judge<Settings extends object>(
  policy: ResourcePolicy<Settings>,
  one: Resource,
  settings: Partial<Settings> = {},
): readonly string[] {
  return policy.check(one, settingsFor(policy as PolicyBase<Settings>, settings));
}

/** Violations of a policy by a stack. */
export function judgeStack<Settings extends object>(
  policy: StackPolicy<Settings>,
  all: readonly Resource[],
  settings: Partial<Settings> = {},
): readonly string[] {
  return policy
    .check(all, settingsFor(policy as PolicyBase<Settings>, settings))
    .map(({ message }) => message);
}

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value);
  if (fields.length === 1 && "secret" in value) return unwrapped(value.secret);
  return Object.fromEntries(fields.map(([name, item]) => [name, unwrapped(item)]));
}
