import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copySource } from "../../common/source-files";
import type { PackageFrom } from "./package-origin";

/**
 * Copies a local package into a folder that has nothing else, which becomes a build context: files
 * beside a wheel, or in a virtual environment below a package, are not sent to the builder.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @returns path of the copy, relative to the project.
 */
export function stagePackage(
  { place, content }: Extract<PackageFrom, { kind: "local" }>,
  root = process.cwd(),
): string {
  const folder = join(".tapctl", "packages");
  const name = place.replace(/[^\w.-]+/g, "_");
  const staged = join(folder, `${name}-${content.slice(0, 12)}`);
  if (existsSync(join(root, staged))) return staged;
  mkdirSync(join(root, folder), { recursive: true });
  for (const old of readdirSync(join(root, folder)))
    if (old.startsWith(`${name}-`)) rmSync(join(root, folder, old), { recursive: true });
  const partial = join(root, `${staged}.${process.pid}`);
  copySource(root, place, partial);
  renameSync(partial, join(root, staged));
  return staged;
}
