import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { packageFile, VERSION } from "../../src/common/package";

/** Files of the console's pages, at the same place below the package. */
const FILES = [
  ["src", "report", "page.css"],
  ["src", "ui", "console.css"],
  ["src", "ui", "console.js"],
] as const;

/**
 * Writes the build context of the console's image: its program in one file, without the packages
 * that it does not need, and the files of its pages.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @returns path of the context, relative to the project.
 */
export function stageConsole(root = process.cwd()): string {
  const folder = join(".tapctl", "console");
  const at = (...path: readonly string[]) => join(root, folder, ...path);
  rmSync(at(), { recursive: true, force: true });
  buildSync({
    entryPoints: [packageFile("dist", "src", "ui", "in-cluster.js")],
    outfile: at("console.js"),
    absWorkingDir: packageFile(),
    bundle: true,
    minify: true,
    platform: "node",
    // The main file of jsonc-parser loads others in a way that a bundler does not see.
    mainFields: ["module", "main"],
    target: "node20",
    // Only for kubeconfigs with plugins, and for forwarded ports: a pod has neither.
    external: ["@kubernetes/client-node"],
    logLevel: "error",
  });
  writeFileSync(at("package.json"), `${JSON.stringify({ name: "tapctl", version: VERSION })}\n`);
  for (const file of FILES) {
    mkdirSync(dirname(at(...file)), { recursive: true });
    copyFileSync(packageFile(...file), at(...file));
  }
  return folder;
}
