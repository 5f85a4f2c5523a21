/** The runner on every installed Python from 3.9 to 3.13. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { inWorkspace, lines, RUNNER, TEN } from "./support";

const VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13"];

function version(python: string): string | undefined {
  try {
    return execFileSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

function pythons(): Map<string, string> {
  const pyenv = join(homedir(), ".pyenv", "versions");
  const installed = existsSync(pyenv)
    ? readdirSync(pyenv).map((name) => join(pyenv, name, "bin", "python"))
    : [];
  const found = new Map<string, string>();
  for (const python of ["python3", ...VERSIONS.map((name) => `python${name}`), ...installed]) {
    const name = version(python);
    if (name && VERSIONS.includes(name) && !found.has(name)) found.set(name, python);
  }
  return found;
}

describe("Python versions", () => {
  const found = pythons();
  test("Python versions: at least one is installed", () => assert.ok(found.size > 0));

  for (const [name, python] of found) {
    test(`Python ${name}: extract, load, stream, help, module start and scanner work`, () =>
      inWorkspace(async (space) => {
        const extracted = await space.extract([["raw", "rubbish\n"], ...TEN, ["exit", 3]]);
        assert.equal(extracted.code, 10, extracted.stderr);
        const loaded = await space.load({}, { partial: true });
        assert.equal(loaded.code, 0, loaded.stderr);
        const streamed = await space.stream(TEN, {}, { overlay: space.path("overlay.json") });
        assert.equal(streamed.code, 0, streamed.stderr);
        assert.equal(streamed.stderr, "");
        assert.deepEqual(space.loaded(), [...lines("a", 1, 10), ...lines("a", 1, 10)]);
        assert.deepEqual(space.candidate(), { at: 9 });
        const parent = resolve(RUNNER, "..");
        const env = { ...process.env, PYTHONPATH: parent, PYTHONDONTWRITEBYTECODE: "1" };
        const help = execFileSync(python, ["-m", "runner", "--help"], { env, encoding: "utf8" });
        assert.match(
          help,
          /^usage: singer-runner REQUEST\n[^]*stream +runs a tap and a target together\n/,
        );
        assert.match(
          execFileSync(python, [RUNNER, "--version"], { env, encoding: "utf8" }),
          /^singer-runner \d/,
        );
        assert.equal(
          execFileSync(
            python,
            ["-B", join(__dirname, "fixtures", "scan_property.py"), parent, "100"],
            { encoding: "utf8" },
          ),
          "ok\n",
        );
      }, python));
  }
});
