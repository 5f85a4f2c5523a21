import { relative, resolve } from "node:path";

/** Working directory of the providers: the one in which the engine starts the program. */
const PROVIDERS_FOLDER = process.cwd();

/**
 * Path of a file or folder as seen by a provider. Relative, because an absolute path would differ
 * between machines.
 *
 * @param path absolute, or relative to the project.
 */
export function fromProviders(path: string): string {
  return relative(PROVIDERS_FOLDER, resolve(path)) || ".";
}
