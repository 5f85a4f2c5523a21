/**
 * Memory of long commands. airbytehq/airbyte#16652: the memory of a long process grew with each
 * sync and each log line, and was never given back.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test, type TestContext } from "node:test";
import { findPython } from "../../src/run/environments/find-python";
import { makeSite } from "../run/environments-support";
import { memoryOf, reportingMemory } from "../support/heap";
import { REPOSITORY, TAPCTL } from "./support";

/** Runs before the first and the last look at the memory. */
const RUNS = { first: 5, last: 20 } as const;
/** Most memory that the runs between the two looks may leave behind, in bytes. */
const MOST = 1 << 20;

/** A tap whose log has a line for each record. */
const TAP = `import argparse, json, sys

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--state")
    args = parser.parse_args()
    rows = json.load(open(args.config))["rows"]
    print(json.dumps({"type": "SCHEMA", "stream": "numbers", "schema": {"properties": {"id": {"type": "integer"}}}, "key_properties": ["id"]}))
    for number in range(rows):
        print('{"type": "RECORD", "stream": "numbers", "record": {"id": %d}}' % number)
        sys.stderr.write("WARNING record %d has a value that its schema does not describe: %s\\n" % (number, "x" * 100))
    print(json.dumps({"type": "STATE", "value": {"bookmarks": {"numbers": {"id": rows}}}}))
`;

interface Scene {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A project with so many pipelines of these connectors. */
async function scene(t: TestContext): Promise<Scene> {
  const site = await makeSite(t);
  const { path: python } = await findPython();
  const tap = join(site.root, "tap_numbers.py");
  writeFileSync(tap, TAP);
  spawnSync(python, [
    join(__dirname, "..", "run", "fixtures", "wheels.py"),
    site.env["PIP_FIND_LINKS"] ?? "",
    `tap-numbers=${tap}`,
    `target-numbers=${join(__dirname, "fixtures", "target_numbers.py")}`,
  ]);
  const folder = join(site.root, "project");
  mkdirSync(join(folder, "pipelines"), { recursive: true });
  const model = (file: string) => JSON.stringify(join(REPOSITORY, "src", "model", file));
  writeFileSync(
    join(folder, "pipelines", "index.ts"),
    `import { tap, target } from ${model("define-connector")};
import { definePipelines } from ${model("define")};
const numbers = tap({ name: "tap-numbers", package: "tap-numbers", version: "1.0.0", window: { from: "start_date", to: "end_date" } });
const file = target({ name: "target-numbers", package: "target-numbers", version: "1.0.0", destination: ["path"] });
export const pipelines = definePipelines(Array.from({ length: ${RUNS.last} }, (_, index) => ({
  name: \`numbers-\${index}\`, schedule: "@daily", tap: numbers({ rows: 3000 }), target: file({ path: \`${folder}/rows-\${index}\` }), retries: { limit: 0 },
})));
`,
  );
  const env = {
    ...site.env,
    TAPCTL_ENVIRONMENTS: site.root,
    TAPCTL_STORE: undefined,
    NO_COLOR: "1",
  };
  return { folder, env };
}

/** Runs a command and looks at its memory when a run ends: after the first ones, and after the last. */
async function memoryDuring(
  t: TestContext,
  { folder, env }: Scene,
  args: readonly string[],
  isEnd: RegExp,
): Promise<{ readonly first: number; readonly last: number }> {
  const child = spawn(process.execPath, [...reportingMemory(folder), TAPCTL, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ended: Promise<readonly unknown[]> = once(child, "close");
  assert.ok(child.stderr);
  const found: Promise<number>[] = [];
  const lines: string[] = [];
  let runs = 0;
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (lines.push(line) > 50) lines.shift();
    if (!isEnd.test(line)) return;
    runs += 1;
    // The last one ends the command.
    if (runs === RUNS.first || runs === RUNS.last - 1) found.push(memoryOf(child));
  });
  const [code] = await ended;
  assert.equal(code, 0, lines.join("\n"));
  assert.equal(runs, RUNS.last, lines.join("\n"));
  const [first = 0, last = 0] = await Promise.all(found);
  t.diagnostic(`${first} bytes after ${RUNS.first} runs, ${last} after ${RUNS.last - 1}`);
  return { first, last };
}

suite("memory of long commands", () => {
  test("memory: runs of many pipelines with a log line for each record leave nothing behind", async (t) => {
    const { first, last } = await memoryDuring(
      t,
      await scene(t),
      ["run", "--all", "--verbose"],
      /^numbers-\d+: (?:succeeded|.* succeeded)/,
    );
    assert.ok(last - first < MOST, `${first} bytes became ${last}`);
  });

  test("memory: the windows of a backfill leave nothing behind", async (t) => {
    const { first, last } = await memoryDuring(
      t,
      await scene(t),
      ["backfill", "numbers-0", "--from", "2026-01-01", "--to", "2026-01-21", "--by", "day"],
      /window \d+ of \d+, .*: succeeded/,
    );
    assert.ok(last - first < MOST, `${first} bytes became ${last}`);
  });
});
