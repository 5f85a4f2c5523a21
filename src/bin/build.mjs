// Compiles this package into dist/: `node src/bin/build.mjs [FOLDER] [--types]`. FOLDER is another
// checkout of it; --types adds the declarations, which a release has and which take the type
// check's time; so do `npm pack` and `npm publish`.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const own = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const isRelease =
  process.argv.includes("--types") || ["pack", "publish"].includes(process.env.npm_command);
const root = process.argv.slice(2).find((arg) => !arg.startsWith("--")) ?? own;
const outdir = join(root, "dist");
const entryPoints = ["components", "connectors", "policy", "src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, folder, file)),
);

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints,
  outdir,
  outbase: root,
  format: "cjs",
  platform: "node",
  target: "node20",
  sourcemap: true,
  // The sources are not in the package, so its source maps carry them.
  sourcesContent: isRelease,
  logLevel: "warning",
  supported: { "dynamic-import": false },
});
if (isRelease)
  process.exitCode =
    spawnSync(
      process.execPath,
      [
        join(own, "node_modules", "@typescript", "native", "bin", "tsc"),
        "-p",
        join(root, "src", "tsconfig.types.json"),
      ],
      { stdio: "inherit" },
    ).status ?? 1;
