import {
  PolicyPack,
  UnknownValueError,
  type PolicyConfigSchema,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Json, JsonObject } from "../src/model/connector-settings";
import { policies } from "./policies";
import { settingsFor, UNKNOWN, type Policy, type ResourcePolicy, type StackPolicy } from "./policy";

new PolicyPack("tapctl", {
  policies: policies.map(registered),
  description: "Rules for the resources of a tapctl stack.",
});

function registered(policy: Policy): ResourceValidationPolicy | StackValidationPolicy {
  return policy.scope === "resource" ? resourcePolicy(policy) : stackPolicy(policy);
}

function resourcePolicy(policy: ResourcePolicy): ResourceValidationPolicy {
  return {
    ...common(policy),
    validateResource: (args, report) => {
      const { type, name, urn, props } = args;
      for (const message of policy.check(
        { type, name, urn, props: known(props), dependencies: [] },
        settingsFor(policy, args.getConfig()),
      ))
        report(message);
    },
  };
}

function stackPolicy(policy: StackPolicy): StackValidationPolicy {
  return {
    ...common(policy),
    validateStack: (args, report) => {
      const all = args.resources.map(({ type, name, urn, props, dependencies }) => ({
        type,
        name,
        urn,
        props: known(props),
        dependencies: dependencies.map((one) => one.urn),
      }));
      for (const { message, urn } of policy.check(all, settingsFor(policy, args.getConfig())))
        report(message, urn);
    },
  };
}

function common({ name, description, level, settings }: Policy) {
  const properties = settings as PolicyConfigSchema["properties"];
  return {
    name,
    description,
    enforcementLevel: level,
    ...(Object.keys(properties).length > 0 && { configSchema: { properties } }),
  };
}

/**
 * Converts inputs to plain data. Pulumi's proxy throws when a policy reads a value that is unknown in a preview, and
 * the rest of the resource would not be checked.
 */
function known(props: object): JsonObject {
  return Object.fromEntries(Object.keys(props).map((name) => [name, valueAt(props, name)]));
}

function valueAt(container: object, name: string): Json {
  try {
    const value = (container as { readonly [name: string]: Json })[name] ?? null;
    if (Array.isArray(value))
      return Array.from({ length: value.length }, (_, index) => valueAt(value, String(index)));
    return typeof value === "object" && value !== null ? known(value) : value;
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}
