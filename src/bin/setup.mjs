// Installs the packages of the lock file if they are missing and compiles the sources if they are newer than dist/:
// `node src/bin/setup.mjs [--dev]`. It runs before anything is installed, so it uses Node alone.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
  process.exit(2);
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const withDev = process.argv.includes("--dev");

// Packages that lie in another folder are not replaced here: npm would delete them first.
if (!isElsewhere() && !isInstalled()) {
  console.log("Installing the npm packages of the lock file (once)...");
  const started = Date.now();
  const args = [
    "ci",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    ...(withDev ? [] : ["--omit=dev"]),
  ];
  const result = spawnSync("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (result.status !== 0) {
    console.error(`npm ${args.join(" ")} failed${result.error ? `: ${result.error.message}` : ""}`);
    process.exit(1);
  }
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

if (!isBuilt()) {
  const { status } = spawnSync(process.execPath, [join(root, "src", "bin", "build.mjs")], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

/** Whether dist/ is newer than every source. */
function isBuilt() {
  const built = join(root, "dist", "src", "bin", "tapctl.js");
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  return ["components", "connectors", "policy", "src"].every((folder) =>
    readdirSync(join(root, folder), { recursive: true }).every(
      (file) => statSync(join(root, folder, file)).mtimeMs < mtimeMs,
    ),
  );
}

/** Whether node_modules is a link to another folder. */
function isElsewhere() {
  return (
    lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  );
}

/** Whether npm's own record of what it installed has every package of the lock file that is wanted. */
function isInstalled() {
  try {
    const { packages: wanted } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const { packages: found } = JSON.parse(
      readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8"),
    );
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === "" ||
        entry.optional ||
        entry.devOptional ||
        (entry.dev && !withDev) ||
        found[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}
