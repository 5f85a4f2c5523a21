// Compiles this package into dist/: `node src/bin/build.mjs [FOLDER] [--types]`. FOLDER is another
// checkout of it; --types adds the declarations of what the package exports, which a release has
// and which take the type check's time; so do `npm pack` and `npm publish`.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
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
  // A stack trace needs only files and lines; the sources would be a third of the package.
  sourcesContent: false,
  logLevel: "warning",
  supported: { "dynamic-import": false },
});
if (isRelease) {
  tsc("-p", join(root, "src", "tsconfig.types.json"));
  removeInternalDeclarations();
}

/** Removes the declarations that no entry point of the package refers to. */
function removeInternalDeclarations() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
  const list = ["--ignoreConfig", "--listFilesOnly", "--moduleResolution", "bundler"];
  const needed = new Set(
    tsc(...list, "--module", "preserve", ...entries)
      .split("\n")
      .map((file) => resolve(root, file)),
  );
  for (const file of readdirSync(outdir, { recursive: true }))
    if (file.endsWith(".d.ts") && !needed.has(realpathSync(join(outdir, file))))
      rmSync(join(outdir, file));
}

/** Runs the TypeScript compiler; returns what it prints. */
function tsc(...args) {
  const compiler = join(own, "node_modules", "@typescript", "native", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status === 0) return stdout;
  process.stderr.write(stdout);
  process.exit(status ?? 1);
}
