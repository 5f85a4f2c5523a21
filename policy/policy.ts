import type { Json, JsonObject } from "../src/model/connector-settings";

/** A resource as a policy sees it: plain data. */
export interface Resource {
  /** Type token, such as `kubernetes:core/v1:ConfigMap`. */
  readonly type: string;
  /** Name of the resource in the program. */
  readonly name: string;
  /** URN. */
  readonly urn: string;
  /** Inputs (outputs in a stack policy). They contain secret values; {@link UNKNOWN} stands for unknown values. */
  readonly props: JsonObject;
  /** URNs of the resources it depends on; only set in a stack policy. */
  readonly dependencies: readonly string[];
}

/** Stands for a value that a preview does not know yet. It violates no policy; the update checks the real value. */
export const UNKNOWN = "<unknown>";

/** A setting of a policy, in JSON Schema. */
export interface Setting {
  /** Type of the value. */
  readonly type: "string" | "integer" | "boolean" | "array";
  /** Description shown to users. */
  readonly description: string;
  /** Default value. */
  readonly default: string | number | boolean | readonly string[];
  /** Pattern that a string must match. */
  readonly pattern?: string;
  /** Smallest allowed number. */
  readonly minimum?: number;
  /** Type of the items of an array. */
  readonly items?: { readonly type: "string" };
}

/** A rule that Pulumi enforces: a pure function over resources. */
export interface PolicyBase<Settings extends object> {
  /** Name in messages and in the policy configuration. */
  readonly name: string;
  /** What the policy requires. */
  readonly description: string;
  /** `mandatory` stops the update, `advisory` warns. */
  readonly level: "mandatory" | "advisory";
  /** Settings of the policy. */
  readonly settings: { readonly [Name in keyof Settings]: Setting };
}

/** A policy that checks each resource before it is created or changed. */
export interface ResourcePolicy<Settings extends object = object> extends PolicyBase<Settings> {
  readonly scope: "resource";
  /** Lists the violations of a resource, without secret values. */
  check(resource: Resource, settings: Settings): readonly string[];
}

/** A violation in a stack. */
export interface Finding {
  /** What is wrong and what to do. */
  readonly message: string;
  /** URN of the resource concerned. Default: the stack. */
  readonly urn?: string;
}

/** A policy that checks all resources of a stack together. */
export interface StackPolicy<Settings extends object = object> extends PolicyBase<Settings> {
  readonly scope: "stack";
  /** Lists the violations of a stack. */
  check(resources: readonly Resource[], settings: Settings): readonly Finding[];
}

/** A policy of either kind. */
export type Policy = ResourcePolicy | StackPolicy;

/** Completes the configured settings of a policy with its defaults. */
export function settingsFor<Settings extends object>(
  policy: PolicyBase<Settings>,
  given: Partial<Settings> = {},
): Settings {
  const entries = Object.entries(policy.settings as { readonly [name: string]: Setting });
  return Object.fromEntries(
    entries.map(([name, setting]) => [name, given[name as keyof Settings] ?? setting.default]),
  ) as Settings;
}

/** The kind of a Kubernetes object, such as `ConfigMap`; undefined for other resources. */
export function kindOf({ type }: Resource): string | undefined {
  return /^kubernetes:[^:]+:(\w+)$/.exec(type)?.[1];
}

/** The value if it is an object, else an empty object. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** The items of an array as objects; empty for other values. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(objectOf) : [];
}

/** The value if it is a string. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value as shown in a message. */
export function wordsOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
