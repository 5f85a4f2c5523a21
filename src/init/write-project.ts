import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../common/errors";
import type { ProjectFile } from "./project-files";

/** Refuses a folder that has files of a new project already. @throws UserError that names every one of them. */
export function requireNew(folder: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(join(folder, path)));
  if (existing.length > 0)
    throw new UserError(`${folder} has files that init would overwrite: ${existing.join(", ")}`, {
      fix: "Choose another folder, or move these files.",
    });
}

/**
 * Writes the files of a new project: all of them, or none.
 *
 * @throws UserError that names every file that exists already, or the first one that cannot be written.
 */
export function writeProject(folder: string, files: readonly ProjectFile[]): void {
  requireNew(
    folder,
    files.map(({ path }) => path),
  );
  const written: string[] = [];
  const created: string[] = [];
  try {
    for (const { path, text } of files) {
      const file = join(folder, path);
      const first = mkdirSync(dirname(file), { recursive: true });
      if (first !== undefined) created.push(...foldersBetween(first, dirname(file)));
      writeFileSync(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) rmSync(file);
    for (const made of created.reverse()) rmdirSync(made);
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? folder} cannot be written (${code}); nothing was created`, {
      fix: "Choose a folder that you can write to.",
      exitCode: 1,
    });
  }
}

/** The folders from one to another below it, the upper ones first. */
function foldersBetween(first: string, last: string): readonly string[] {
  return first === last ? [last] : [...foldersBetween(first, dirname(last)), last];
}
