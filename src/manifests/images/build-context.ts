import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packageFile, PACKAGE_ROOT } from "../../common/package";
import type { BuildContext } from "./image";

/** Reads what images are built from, in the order of paths, so that the same content has the same tag everywhere. */
export function readBuildContext(baseImage: string): BuildContext {
  const [launchers, locks] = ["launchers", "locks"].map((name) =>
    packageFile("connectors", name),
  ) as [string, string];
  return {
    baseImage,
    files: filesBelow(packageFile("images", "singer"), PACKAGE_ROOT),
    launchers: filesBelow(launchers, launchers),
    locks: filesBelow(locks, locks),
  };
}

function filesBelow(folder: string, base: string): { readonly [path: string]: string } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    files.map((file) => [relative(base, file), readFileSync(file, "utf8")]),
  );
}
