import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of a backend on this machine; undefined for other backends. */
export function backendFolder(backend: string): string | undefined {
  if (!backend.startsWith("file://")) return undefined;
  return backend.startsWith("file://~")
    ? join(homedir(), backend.slice("file://~".length))
    : fileURLToPath(backend);
}

/**
 * Removes truncated attribute files of a stack, left when Pulumi was killed while writing them:
 * with these, it can read neither them nor the state ("failed to load checkpoint: EOF"). Attribute
 * files are optional. The state itself cannot be truncated, because it is written to a new file and
 * renamed. Source: gocloud.dev v0.46, blob/fileblob/attrs.go.
 */
export function removeTornAttributes(backend: string, project: string, stack: string): void {
  const folder = backendFolder(backend);
  if (folder === undefined) return;
  const root = join(folder, ".pulumi");
  const folders = [
    join(root, "stacks", project),
    join(root, "history", project, stack),
    join(root, "backups", project, stack),
    join(root, "locks", "organization", project, stack),
  ];
  for (const file of folders.flatMap(attributeFiles))
    if (isTorn(file)) rmSync(file, { force: true });
}

function attributeFiles(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".attrs"))
        .map((name) => join(folder, name))
    : [];
}

function isTorn(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return false;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
