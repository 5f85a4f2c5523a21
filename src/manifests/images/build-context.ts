import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { projectFiles, readBulkCode, readConnectorFiles } from "../../common/connector-files";
import { packageFile, PACKAGE_ROOT } from "../../common/package";
import { localPackage } from "../../../connectors/dependency-lock";
import type { BuildContext } from "./image";

/**
 * Reads the files that images are built from, sorted by path, so that the same content has the same
 * tag everywhere.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 */
export function readBuildContext(baseImage: string, root = process.cwd()): BuildContext {
  return {
    baseImage,
    files: filesBelow(packageFile("images", "singer"), PACKAGE_ROOT),
    launchers: readConnectorFiles(root, "launchers"),
    locks: readConnectorFiles(root, "locks"),
    bulk: readBulkCode(),
    projectFiles: {
      launchers: projectFiles(root, "launchers"),
      locks: projectFiles(root, "locks"),
    },
    localPackage: (source) => localPackage(source, root),
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
