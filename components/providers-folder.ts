import { isAbsolute, join, relative } from "node:path";

/**
 * The project's folder from the one that providers work in, which is where Pulumi starts a program. Relative, because an
 * absolute path would differ from one machine to the next.
 */
export const PROJECT_FROM_PROVIDERS = relative(process.cwd(), join(__dirname, "..")) || ".";

/** A file or folder that a setting names from the project's folder, as a provider finds it. */
export function fromProviders(path: string): string {
  return isAbsolute(path) ? path : join(PROJECT_FROM_PROVIDERS, path);
}
