import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Rules by namespace. */
export interface Roles {
  readonly [namespace: string]: readonly Rule[];
}

/** An action, as in an access review. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Whether Roles allow it, as in Kubernetes: a rule with names allows no request without a name. */
export function allows(
  roles: Roles,
  { verb, group, resource, subresource, namespace, name }: Attributes,
): boolean {
  const wanted = subresource === undefined ? resource : `${resource}/${subresource}`;
  return (roles[namespace ?? ""] ?? []).some(
    ({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.includes(group) &&
      resources.includes(wanted) &&
      verbs.includes(verb) &&
      (resourceNames === undefined || resourceNames.includes(name ?? "")),
  );
}

/**
 * The rules of docs/operating.md, in its order: for the namespace of the pipelines, for that of the
 * store, for the consoles'.
 */
export function documentedRules(): readonly (readonly Rule[])[] {
  const text = readFileSync(join(__dirname, "..", "..", "docs", "operating.md"), "utf8");
  const blocks = text
    .slice(text.indexOf("## Permissions for operators"))
    .matchAll(/^```yaml\n([^`]+)^```$/gm);
  return [...blocks].map(
    ([, block = ""]) => (parse(block) as { readonly rules: readonly Rule[] }).rules,
  );
}
