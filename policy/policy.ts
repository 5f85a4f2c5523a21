import type { Json, JsonObject } from "../src/model/connector-settings";

/** What a policy sees of a resource: plain data. */
export interface Resource {
  /** Type token, such as `kubernetes:core/v1:ConfigMap`. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** URN. */
  readonly urn: string;
  /** Inputs, or outputs where a whole stack is looked at; values of secrets are in them, {@link UNKNOWN} for what a preview does not know. */
  readonly props: JsonObject;
  /** URNs of the resources that it depends on; known where a whole stack is looked at. */
  readonly dependencies: readonly string[];
}

/** Stands for a value that a preview does not know yet. It breaks no policy: the update looks again. */
export const UNKNOWN = "<unknown>";

/** A setting of a policy, as JSON Schema has it. */
export interface Setting {
  /** What it may be. */
  readonly type: "string" | "integer" | "boolean" | "array";
  /** What it means. */
  readonly description: string;
  /** Default value. */
  readonly default: string | number | boolean | readonly string[];
  /** Pattern of a text. */
  readonly pattern?: string;
  /** Least number. */
  readonly minimum?: number;
  /** Items of a list. */
  readonly items?: { readonly type: "string" };
}

/** A rule that Pulumi enforces: a pure function over resources. */
export interface PolicyBase<Settings extends object> {
  /** Name in messages and in the file of settings. */
  readonly name: string;
  /** What it asks for. */
  readonly description: string;
  /** `mandatory` stops the update, `advisory` warns. */
  readonly level: "mandatory" | "advisory";
  /** Its settings. */
  readonly settings: { readonly [Name in keyof Settings]: Setting };
}

/** A policy that looks at one resource at a time, before it is changed. */
export interface ResourcePolicy<Settings extends object = object> extends PolicyBase<Settings> {
  readonly scope: "resource";
  /** What is wrong with a resource; never the value of a secret. */
  check(resource: Resource, settings: Settings): readonly string[];
}

/** What is wrong in a stack, and with which resource. */
export interface Finding {
  /** What is wrong, and what would be right. */
  readonly message: string;
  /** URN of the resource. Default: the stack itself. */
  readonly urn?: string;
}

/** A policy that looks at all resources of a stack at once. */
export interface StackPolicy<Settings extends object = object> extends PolicyBase<Settings> {
  readonly scope: "stack";
  /** What is wrong with the stack. */
  check(resources: readonly Resource[], settings: Settings): readonly Finding[];
}

/** A policy of either kind. */
export type Policy = ResourcePolicy | StackPolicy;

/** Settings of a policy: those that are given, else the defaults. */
export function settingsFor<Settings extends object>(
  policy: PolicyBase<Settings>,
  given: Partial<Settings> = {},
): Settings {
  const entries = Object.entries(policy.settings as { readonly [name: string]: Setting });
  return Object.fromEntries(
    entries.map(([name, setting]) => [name, given[name as keyof Settings] ?? setting.default]),
  ) as Settings;
}

/** Kind of a Kubernetes object, such as `ConfigMap`; undefined for other resources. */
export function kindOf({ type }: Resource): string | undefined {
  return /^kubernetes:[^:]+:(\w+)$/.exec(type)?.[1];
}

/** A value as an object; empty where it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** A value as a list of objects; empty where it is none. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(objectOf) : [];
}

/** A value as text; undefined where it is none. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A value in the words of a message. */
export function wordsOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
