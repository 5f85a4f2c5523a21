import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Root folder of this package, found from sources and compiled files alike: the nearest folder with
 * a `package.json`.
 */
export const PACKAGE_ROOT = packageAbove(__dirname);

/** Version of this package, such as `0.2.0`. */
export const VERSION = (
  JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as {
    readonly version: string;
  }
).version;

/** A file of this package, such as `packageFile("images", "singer", "Dockerfile")`. */
export function packageFile(...path: readonly string[]): string {
  return join(PACKAGE_ROOT, ...path);
}

function packageAbove(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageAbove(dirname(folder));
}
