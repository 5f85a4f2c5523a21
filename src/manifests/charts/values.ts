/** Values of a Helm chart. */
export type Values = { readonly [name: string]: unknown };

/** Values with others over them: objects are joined, all else is replaced. */
export function mergeValues(values: Values, over: Values): Values {
  const names = [...new Set([...Object.keys(values), ...Object.keys(over)])];
  return Object.fromEntries(names.map((name) => [name, merged(values[name], over[name])]));
}

/** An image's reference as charts take it; their templates put a colon between both parts, of a digest as well. */
export function repositoryAndTag(reference: string): {
  readonly repository: string;
  readonly tag: string;
} {
  const colon = reference.lastIndexOf(":");
  return colon > reference.lastIndexOf("/")
    ? { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) }
    : { repository: reference, tag: "latest" };
}

function merged(value: unknown, over: unknown): unknown {
  if (over === undefined) return value;
  return isValues(value) && isValues(over) ? mergeValues(value, over) : over;
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
