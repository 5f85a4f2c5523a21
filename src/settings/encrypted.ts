/** Settings of any shape, which may contain encrypted values: chart values. */
const OPEN = new Set(["argo.values", "objectStore.values"]);

/** Paths of the encrypted values in a setting, such as `proxy.https`. */
export function encryptedPaths(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null || OPEN.has(path)) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => encryptedPaths(item, `${path}[${index}]`));
  const { secure } = value as { readonly secure?: unknown };
  if (typeof secure === "string" && Object.keys(value).length === 1) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    encryptedPaths(item, path === "" ? key : `${path}.${key}`),
  );
}

/** Whether a problem, as `key: problem`, is about a path or something below it. */
export function isBelow(path: string, problem: string): boolean {
  return [":", ".", "["].some((end) => problem.startsWith(path + end));
}
