import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { PACKAGE_ROOT, VERSION } from "../common/package";

/**
 * What a new project's `package.json` names to get this package: its version, or the file that it was installed from,
 * which no registry may have.
 *
 * @param folder folder of the new project.
 * @param installed folder of this package as npm installed it.
 */
export function tapctlSpec(folder: string, installed = PACKAGE_ROOT): string {
  const modules = dirname(installed);
  const file = join(modules, ".package-lock.json");
  if (!existsSync(file)) return VERSION;
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly packages?: { readonly [path: string]: { readonly resolved?: string } };
  };
  const from = packages?.["node_modules/tapctl"]?.resolved;
  if (from?.startsWith("file:") !== true) return VERSION;
  const archive = resolve(dirname(modules), from.slice("file:".length));
  return `file:${relative(resolve(folder), archive).split(sep).join("/")}`;
}
