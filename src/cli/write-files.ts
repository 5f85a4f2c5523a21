import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../common/errors";
import type { ManifestFile } from "../manifests/render/render";

/**
 * Writes files below a folder, which is created.
 *
 * @throws UserError if a file cannot be written.
 */
export function writeFiles(folder: string, files: readonly ManifestFile[]): void {
  try {
    const folders = new Set(files.map(({ path }) => dirname(join(folder, path))));
    for (const each of folders) mkdirSync(each, { recursive: true });
    for (const { path, text } of files) writeFileSync(join(folder, path), text);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new UserError(`${path ?? folder}: cannot be written (${code}).`, {
      fix: "Check that the folder exists and is writable.",
      exitCode: 1,
    });
  }
}
