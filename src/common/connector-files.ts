import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { PACKAGE_ROOT } from "./package";

/**
 * Folders below `connectors/`, of the project and of this package, with files that connectors are
 * installed with.
 */
export type ConnectorFiles = "locks" | "launchers";

/** Whether a folder is this package's own, which is a project as well. */
export function isPackage(root: string): boolean {
  return existsSync(root) && realpathSync(root) === realpathSync(PACKAGE_ROOT);
}

/**
 * The path of a file of a connector: the project's own, or else the one that this package has;
 * undefined if there is none.
 */
export function findConnectorFile(
  root: string,
  kind: ConnectorFiles,
  name: string,
): string | undefined {
  return [root, PACKAGE_ROOT]
    .map((folder) => join(folder, "connectors", kind, name))
    .find((file) => existsSync(file));
}

/**
 * The files of connectors by name, in the order of names: the project's own win over those that
 * this package has.
 */
export function readConnectorFiles(
  root: string,
  kind: ConnectorFiles,
): { readonly [name: string]: string } {
  const files = { ...filesOf(PACKAGE_ROOT, kind), ...filesOf(root, kind) };
  return Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Names of the files that are the project's own and not this package's. */
export function projectFiles(root: string, kind: ConnectorFiles): readonly string[] {
  return isPackage(root) ? [] : Object.keys(filesOf(root, kind));
}

/** Folder of the code of bulk connectors, in this package. */
export const BULK_CODE = join(PACKAGE_ROOT, "connectors", "bulk", "tapctl_bulk");

/**
 * The code of the bulk connectors by path below `tapctl_bulk`, in the order of paths. Every
 * environment and image of one has all of it.
 */
export function readBulkCode(): { readonly [path: string]: string } {
  const files = readdirSync(BULK_CODE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => relative(BULK_CODE, join(entry.parentPath, entry.name)))
    .sort();
  return Object.fromEntries(
    files.map((file) => [file.split(sep).join("/"), readFileSync(join(BULK_CODE, file), "utf8")]),
  );
}

function filesOf(root: string, kind: ConnectorFiles): { readonly [name: string]: string } {
  const folder = join(root, "connectors", kind);
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
      .map(({ name }) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}
