// Lints, formats and type-checks the Python sources: `node test/python-tools.mjs check|format`. The
// tools are installed once, in the versions of python-tools.txt, into a virtual environment below
// .tapctl/.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REQUIREMENTS = join("test", "python-tools.txt");
const CONFIG = join("images", "pyproject.toml");
const SOURCES = [join("images", "singer"), join("connectors", "launchers")];
const TYPED = [join("images", "singer"), join("connectors", "launchers")];
/** A project with a configuration of its own. */
const BULK = join("connectors", "bulk");
const BULK_CONFIG = join(BULK, "pyproject.toml");

const tools = install();
const ruff = (...args) => [join(tools, "ruff"), ...args, "--config", CONFIG];
const bulkRuff = (...args) => [join(tools, "ruff"), ...args, BULK, "--config", BULK_CONFIG];
const mypy = (config, ...args) => [
  join(tools, "mypy"),
  "--config-file",
  config,
  "--cache-dir",
  join(".tapctl", "mypy"),
  ...args,
];
const all = [...SOURCES, ...pythonFiles("test")];
const commands = {
  check: [
    ruff("format", "--check", ...all),
    ruff("check", ...all),
    mypy(CONFIG, "--explicit-package-bases", ...TYPED),
    bulkRuff("format", "--check"),
    bulkRuff("check"),
    mypy(BULK_CONFIG, join(BULK, "tapctl_bulk")),
  ],
  format: [ruff("format", ...all), bulkRuff("format")],
}[process.argv[2]];
if (commands === undefined) throw new Error("usage: node test/python-tools.mjs check|format");
process.exitCode =
  commands.map(([program, ...args]) => run(program, args)).find((code) => code !== 0) ?? 0;

/** Installs the tools unless these versions are installed; returns the folder of their commands. */
function install() {
  const digest = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(".tapctl", `python-tools-${digest}`);
  const bin = join(folder, "bin");
  // Written last, so that an installation that was interrupted does not count.
  const marker = join(folder, "installed");
  if (existsSync(marker)) return bin;
  console.error(
    `Installing ${readFileSync(REQUIREMENTS, "utf8").trim().split("\n").join(" and ")} (once)...`,
  );
  rmSync(folder, { recursive: true, force: true });
  const pip = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    REQUIREMENTS,
  ];
  if (run("python3", ["-m", "venv", folder]) !== 0 || run(join(bin, "python"), pip) !== 0)
    process.exit(1);
  writeFileSync(marker, "");
  return bin;
}

function run(program, args) {
  return spawnSync(program, args, { stdio: "inherit" }).status ?? 1;
}

function pythonFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(".py"))
    .map((file) => join(folder, file));
}
