import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../common/errors";
import { loadTypeScript } from "../common/typescript";
import { readContracts } from "../model/contracts";
import type { PipelineEntry } from "../model/define";
import { isReplication } from "../model/define";
import type { Replication } from "../model/replication";
import { InvalidPipelines, type Problem } from "../model/validation/problem";
import { nearest } from "../model/validation/nearest";

/** The array and the folder of a project. */
export interface Project {
  /** Folder with `pipelines/index.ts`. Relative paths in connector settings refer to it. */
  readonly root: string;
  /** Entries of the array, not yet validated. */
  readonly entries: readonly PipelineEntry[];
  /** Problems of entries that are not in `entries`, by name. Default: none. */
  readonly invalid?: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Loads the array of the project that contains a folder.
 *
 * @param from folder from which `pipelines/index.ts` is searched upwards.
 * @throws UserError if there is none, if it does not export `pipelines`, or if it fails to load.
 */
export function loadProject(from: string): Project {
  const root = findRoot(from);
  const file = join(root, "pipelines", "index.ts");
  const { pipelines } = importArray(file);
  if (!Array.isArray(pipelines))
    throw new UserError(`${file} exports no array named "pipelines".`, {
      fix: "Write: export const pipelines = definePipelines([...])",
    });
  return { root, entries: readContracts(pipelines as readonly PipelineEntry[], root) };
}

/**
 * Finds an entry by name.
 *
 * @throws UserError that suggests the nearest name; InvalidPipelines if the entry has problems.
 */
export function findEntry(project: Project, name: string): PipelineEntry {
  const found = project.entries.find((entry) => entry.name === name);
  if (found) return found;
  const problems = project.invalid?.get(name);
  if (problems) throw new InvalidPipelines(problems);
  const names = project.entries.map((entry) => entry.name);
  const near = nearest(name, names);
  throw new UserError(`No pipeline is called "${name}".`, {
    fix: near ? `Did you mean "${near}"?` : `Available pipelines: ${names.join(", ") || "none"}`,
  });
}

/** Finds a replication by name. Jobs are refused, because they have no tap, target or state. */
export function findReplication(project: Project, name: string): Replication {
  const entry = findEntry(project, name);
  if (isReplication(entry)) return entry;
  throw new UserError(`"${name}" is a job and has no tap, target or state.`, {
    fix: "Name a replication.",
  });
}

/**
 * Finds the folder of the project that contains a folder. @throws UserError if neither it nor a
 * parent has `pipelines/index.ts`.
 */
export function findRoot(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "pipelines", "index.ts"))) return folder;
    if (dirname(folder) === folder)
      throw new UserError(`Neither ${from} nor a folder above it has pipelines/index.ts.`, {
        fix: "Change to the folder of a project, or name it with --project DIR. To create one, use: npx tapctl init",
      });
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
      `${file} cannot be loaded: ${text.split("\n").find((line) => line.trim() !== "") ?? text}`,
      { fix: "Correct the file." },
    );
  }
}
