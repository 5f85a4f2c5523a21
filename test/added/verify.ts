/**
 * Adds connectors from package indexes and git to a project, type-checks a pipeline with each, runs those that need no
 * account, and writes their rows of a table: `npm run verify:add [NAME...]`. It builds the package first, needs package registries,
 * and takes about half a minute for each connector.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shippedConnectors } from "../../connectors/shipped";
import { identifierOf } from "../../src/add/typescript-text";
import { writeSource } from "../support/package-sources";
import { CONNECTORS, type Added } from "./connectors";
import { addedPage, rowOf, rowsOf, type Outcome } from "./page";

const ROOT = join(__dirname, "..", "..");
const PAGE = join(ROOT, "docs", "added-connectors.md");

/** A tap that sends one record. */
const TAP = `
import argparse, json
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.parse_args()
    print(json.dumps({"type": "SCHEMA", "stream": "things", "schema": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}, "key_properties": ["id"]}))
    print(json.dumps({"type": "RECORD", "stream": "things", "record": {"id": 1, "name": "one"}}))
    print(json.dumps({"type": "STATE", "value": {"bookmarks": {"things": {"id": 1}}}}))
`;

function main(names: readonly string[]): void {
  const rows = new Map(rowsOf(readFileSync(PAGE, "utf8")).map((row) => [row.package, row]));
  const all = [...shipped(), ...CONNECTORS];
  for (const added of all) {
    if (names.length > 0 && !names.includes(added.package)) continue;
    const outcome = verify(added);
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    rows.set(added.package, rowOf(outcome));
    writeFileSync(PAGE, addedPage(all.flatMap((one) => rows.get(one.package) ?? [])));
  }
}

/** The packages that the connectors of this package install, in their versions. */
function shipped(): readonly Added[] {
  return shippedConnectors().flatMap(({ name, source, kind }) =>
    "package" in source && source.version !== undefined
      ? [
          {
            package: source.package.replace(/\[.*/, ""),
            version: source.version,
            ...(kind === "target" && /csv|jsonl/.test(name) && { run: "{}" }),
          },
        ]
      : [],
  );
}

function verify(added: Added): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-added-"));
  const started = performance.now();
  const base = { package: added.package };
  try {
    const project = newProject(folder);
    const from = added.package.includes("/")
      ? ["--from", `git+https://github.com/${added.package}`]
      : [added.package, ...(added.version === undefined ? [] : ["--version", added.version])];
    const began = performance.now();
    const { status, stdout, stderr } = tapctl(project, [
      "add",
      ...from,
      ...(added.options ?? []),
      "--json",
    ]);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (status !== 0) return { ...base, seconds, error: stderr.trim().split("\n")[0] ?? "" };
    const result = JSON.parse(stdout) as NonNullable<Outcome["result"]>;
    const compiled = typeCheck(project, result);
    const ran =
      added.run === undefined || compiled !== "" ? undefined : run(project, result, added.run);
    return { ...base, seconds, result, compiled, ...(ran !== undefined && { ran }) };
  } catch (error) {
    const seconds = Math.round((performance.now() - started) / 1000);
    return { ...base, seconds, error: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function newProject(folder: string): string {
  const project = join(folder, "project");
  mkdirSync(project);
  tapctl(folder, ["init", project, "--yes"]);
  mkdirSync(join(project, "node_modules"));
  symlinkSync(ROOT, join(project, "node_modules", "tapctl"));
  symlinkSync(join(ROOT, "node_modules", "@types"), join(project, "node_modules", "@types"));
  mkdirSync(join(project, ".tapctl", "environments"), { recursive: true });
  mkdirSync(join(ROOT, ".tapctl", "environments", "tools"), { recursive: true });
  symlinkSync(
    join(ROOT, ".tapctl", "environments", "tools"),
    join(project, ".tapctl", "environments", "tools"),
  );
  writeFileSync(join(project, "things.csv"), "id,name\n1,one\n");
  writeSource(join(project, "taps", "tap-one"), "tap-one", { code: TAP });
  return project;
}

function tapctl(cwd: string, args: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, "dist", "src", "bin", "tapctl.js"), ...args], {
    cwd,
    encoding: "utf8",
    timeout: 600_000,
    maxBuffer: 1 << 28,
  });
}

/** Writes a pipeline with placeholders for the required settings; the compiler's first error, or an empty text. */
function typeCheck(
  project: string,
  { name, kind, required }: NonNullable<Outcome["result"]>,
): string {
  const identifier = identifierOf(name);
  const settings = required.map((setting) => `${JSON.stringify(setting)}: secret("x")`).join(", ");
  const other =
    kind === "tap"
      ? "target: targetJsonl({})"
      : `tap: tap({ name: "tap-one", package: "./taps/tap-one" })({})`;
  const text = `import { definePipelines, secret, tap, targetJsonl } from "tapctl";
import * as added from "../connectors/${name}";
void secret; void tap; void targetJsonl;
export const pipelines = definePipelines([
  { name: "try", schedule: "0 6 * * *", ${kind}: added.${identifier}({ ${settings} }), ${other} },
]);
`;
  writeFileSync(join(project, "pipelines", "index.ts"), text);
  rmSync(join(project, "index.ts"));
  try {
    const tsc = join(ROOT, "node_modules", "@typescript", "native", "bin", "tsc");
    execFileSync(process.execPath, [tsc, "-p", project], { encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    return ((error as { readonly stdout?: string }).stdout ?? String(error)).split("\n")[0] ?? "";
  }
}

/** Runs the pipeline with settings that need no account; the first line of its error if it fails. */
function run(
  project: string,
  { name, kind }: NonNullable<Outcome["result"]>,
  settings: string,
): string {
  const file = join(project, "pipelines", "index.ts");
  const call = new RegExp(`${kind}: added\\.\\w+\\(.*?\\}\\)`);
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(
      call,
      `${kind}: added.${identifierOf(name)}(${settings} as never)`,
    ),
  );
  const { status, stderr } = tapctl(project, ["run", "try"]);
  const lines = stderr.split("\n").filter((line) => line.startsWith("try: "));
  return status === 0 ? "" : (lines.at(-1) ?? stderr.trim().split("\n").at(-1) ?? "it failed");
}

main(process.argv.slice(2));
