/** Values of a Helm chart. */
export type Values = { readonly [name: string]: unknown };

/** Merges values: objects are merged, other values are replaced. */
export function mergeValues(values: Values, over: Values): Values {
  const names = [...new Set([...Object.keys(values), ...Object.keys(over)])];
  return Object.fromEntries(names.map((name) => [name, merged(values[name], over[name])]));
}

/**
 * An image reference in the form of charts. Their templates join both parts with a colon, also for
 * a digest.
 */
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
