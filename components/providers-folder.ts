import { relative, resolve } from "node:path";

/** Folder that the providers work in: the one in which the engine starts the program. */
const PROVIDERS_FOLDER = process.cwd();

/**
 * A file or folder as a provider finds it. Relative, because an absolute path would differ from one machine to the next.
 *
 * @param path from the project's folder, or absolute.
 */
export function fromProviders(path: string): string {
  return relative(PROVIDERS_FOLDER, resolve(path)) || ".";
}
