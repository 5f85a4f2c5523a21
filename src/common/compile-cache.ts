import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Text that was computed from `input` before, else `compute`. It is kept in `node_modules/.cache` of
 * the project that a file belongs to, where other tools keep theirs, and which `npm ci` empties. A
 * project without that folder, or one that is not writable, has no cache.
 */
export function cached(file: string, input: string, compute: () => string): string {
  const modules = modulesAbove(dirname(file));
  if (modules === undefined) return compute();
  const folder = join(modules, ".cache", "tapctl");
  const kept = join(folder, `${createHash("sha256").update(input).digest("hex")}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const text = compute();
    write(folder, kept, text);
    return text;
  }
}

function modulesAbove(folder: string): string | undefined {
  const modules = join(folder, "node_modules");
  if (existsSync(modules)) return modules;
  return dirname(folder) === folder ? undefined : modulesAbove(dirname(folder));
}

function write(folder: string, file: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    // Another process must not read half of it.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next command computes it again.
  }
}
