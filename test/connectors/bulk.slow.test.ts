import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UserError } from "../../src/common/errors";
import { findPython } from "../../src/run/environments/find-python";
import { ENVIRONMENTS } from "./support";

const ROOT = join(__dirname, "..", "..");
const BULK = join(ROOT, "connectors", "bulk");
const REQUIREMENTS = join(BULK, "tests", "requirements.txt");

/** Names of the groups of dependencies in pyproject.toml, one per connector. */
function connectors(): string {
  const text = readFileSync(join(BULK, "pyproject.toml"), "utf8");
  const table = text.split("[project.optional-dependencies]")[1]?.split("\n[")[0] ?? "";
  return [...table.matchAll(/^([a-z-]+) = \[/gmu)].map(([, name]) => name).join();
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: BULK,
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    maxBuffer: 1 << 28,
  });
  if (status !== 0)
    throw new UserError(`${command} ${args.join(" ")}\n${stdout}${stderr}${error ?? ""}`, 1);
}

/** Installs all bulk connectors and pytest once; returns the environment's Python. */
async function installed(): Promise<string> {
  const sources = [join(BULK, "pyproject.toml"), REQUIREMENTS];
  const digest = createHash("sha256")
    .update(sources.map((path) => readFileSync(path, "utf8")).join())
    .digest("hex");
  const folder = join(ROOT, ".tapctl", `bulk-tests-${digest.slice(0, 12)}`);
  const python = join(folder, "bin", "python");
  // Written last, so that an installation that was interrupted does not count.
  const marker = join(folder, "installed");
  if (existsSync(marker)) return python;
  rmSync(folder, { recursive: true, force: true });
  run((await findPython({}, { memory: ENVIRONMENTS })).path, ["-m", "venv", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  run(python, [...pip, "-r", REQUIREMENTS, "-e", `${BULK}[${connectors()}]`]);
  writeFileSync(marker, "");
  return python;
}

test("bulk connectors: their own tests pass", { timeout: 1_800_000 }, async () => {
  // A file of tests in each process: their servers are those of a file, and many of them wait.
  const parallel = ["-n", "3", "--dist", "loadfile"];
  run(await installed(), ["-m", "pytest", "-q", "-p", "no:cacheprovider", ...parallel]);
});
