import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageFile, VERSION } from "../../common/package";

/** Files of the console's pages, at the same place below the package. */
const PAGES = ["src/report/page.css", "src/ui/console.css", "src/ui/console.js"] as const;

/** The program, which an update needs for the image's tag and for its context. */
let bundled: string | undefined;

/**
 * The build context of the console's image by path: its program in one file, without the packages
 * that it does not need, and the files of its pages.
 */
export function consoleFiles(): { readonly [path: string]: string } {
  return {
    "console.js": (bundled ??= program()),
    "package.json": `${JSON.stringify({ name: "tapctl", version: VERSION })}\n`,
    ...Object.fromEntries(
      PAGES.map((file) => [file, readFileSync(packageFile(...file.split("/")), "utf8")]),
    ),
  };
}

/**
 * Writes the build context of the console's image.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @returns path of the context, relative to the project.
 */
export function stageConsole(root = process.cwd()): string {
  const folder = join(".tapctl", "console");
  rmSync(join(root, folder), { recursive: true, force: true });
  for (const [path, text] of Object.entries(consoleFiles())) {
    const file = join(root, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

function program(): string {
  // Starting esbuild takes longer than the rest of many commands.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only stacks with a console need it
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    entryPoints: [packageFile("dist", "src", "ui", "in-cluster.js")],
    absWorkingDir: packageFile(),
    write: false,
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
  return outputFiles.map(({ text }) => text).join("");
}
