import { statSync } from "node:fs";
import { join } from "node:path";
import { importProject, type Import } from "./import";
import { readMeltano } from "./read";
import { typescriptOf } from "./typescript";

/** A converted Meltano project. */
export interface Converted extends Import {
  /** The entries as a module that exports `pipelines`. */
  readonly typescript: string;
}

/**
 * Converts a Meltano project.
 *
 * @param file its `meltano.yml`, or the folder that contains it.
 * @param environment environment to use. Default: the project's default.
 * @throws UserError if the file cannot be read or the environment does not exist.
 */
export function convertMeltano(file: string, environment?: string): Converted {
  const source = statSync(file, { throwIfNoEntry: false })?.isDirectory()
    ? join(file, "meltano.yml")
    : file;
  const { project, surroundings } = readMeltano(source);
  const imported = importProject(project, surroundings, environment);
  return { ...imported, typescript: typescriptOf(imported, source) };
}
