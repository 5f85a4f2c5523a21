/** Settings that may hold anything, whatever is encrypted in it: values of charts. */
const OPEN = new Set(["argo.values", "objectStore.values"]);

/** Where the engine has encrypted something in values, as paths such as `proxy.https`. */
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

/** Whether a problem, `key: what is wrong`, is about a path or what is below it. */
export function isBelow(path: string, problem: string): boolean {
  return [":", ".", "["].some((end) => problem.startsWith(path + end));
}
