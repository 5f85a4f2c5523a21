import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../common/errors";
import { loadTypeScript } from "../common/typescript";
import type { PipelineEntry } from "../model/define";
import { isReplication } from "../model/define";
import type { Replication } from "../model/replication";
import { InvalidPipelines, type Problem } from "../model/validation/problem";
import { nearest } from "../model/validation/nearest";

/** What `tapctl` works on: the array and the places that belong to it. */
export interface Project {
  /** Folder with `pipelines/index.ts`; relative settings of connectors count from here. */
  readonly root: string;
  /** The array as it stands, not yet validated. */
  readonly entries: readonly PipelineEntry[];
  /** Problems of the entries that are left out of `entries`, by name. Default: none is left out. */
  readonly invalid?: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Loads the array of the project that a folder lies in.
 *
 * @param from folder to look from, upwards, for `pipelines/index.ts`.
 * @throws UserError where there is none, where it exports no `pipelines`, or where it does not load.
 */
export function loadProject(from: string): Project {
  const root = findRoot(from);
  const file = join(root, "pipelines", "index.ts");
  const { pipelines } = importArray(file);
  if (!Array.isArray(pipelines))
    throw new UserError(
      `${file} exports no array named "pipelines"; write: export const pipelines = definePipelines([...])`,
    );
  return { root, entries: pipelines as readonly PipelineEntry[] };
}

/**
 * The entry of a name.
 *
 * @throws UserError that names the nearest one; InvalidPipelines where it is left out because of its problems.
 */
export function findEntry(project: Project, name: string): PipelineEntry {
  const found = project.entries.find((entry) => entry.name === name);
  if (found) return found;
  const problems = project.invalid?.get(name);
  if (problems) throw new InvalidPipelines(problems);
  const names = project.entries.map((entry) => entry.name);
  const near = nearest(name, names);
  throw new UserError(
    `no pipeline is called "${name}"${near ? `; did you mean "${near}"?` : `; there are: ${names.join(", ") || "none"}`}`,
  );
}

/** The replication of a name; a job is refused, because it has no tap, target and state. */
export function findReplication(project: Project, name: string): Replication {
  const entry = findEntry(project, name);
  if (isReplication(entry)) return entry;
  throw new UserError(`"${name}" is a job: it has no tap, target or state`);
}

/** Folder of the project that a folder lies in. @throws UserError if neither it nor a folder above it has `pipelines/index.ts`. */
export function findRoot(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "pipelines", "index.ts"))) return folder;
    if (dirname(folder) === folder)
      throw new UserError(`no pipelines/index.ts in ${from} or a folder above it`);
  }
}

function importArray(file: string): { readonly pipelines?: unknown } {
  try {
    statSync(file);
    return loadTypeScript(file) as { readonly pipelines?: unknown };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${file} does not load: ${text.split("\n").find((line) => line.trim() !== "") ?? text}`,
    );
  }
}
