/** What the runner loads when it starts. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PYTHON, RUNNER, TEN, inWorkspace, request } from "./support";

const PROGRAM = join(RUNNER, "__main__.py");

/** Modules that take milliseconds to load, for what most runs do not do. */
const RARE = [
  "base64",
  "calendar",
  "datetime",
  "decimal",
  "hashlib",
  "ipaddress",
  "pkgutil",
  "runpy",
  "tempfile",
  "urllib.parse",
  "runner.column_checks",
  "runner.contracts",
  "runner.environment",
  "runner.failure",
  "runner.lookback",
  "runner.mask_lines",
];

describe("start of the runner", () => {
  for (const command of ["stream", "extract", "load"] as const) {
    test(`${command}: a plain run loads no module of a rare feature`, () =>
      inWorkspace(async (space) => {
        const fields = [
          ...(command === "load" ? [] : space.tap(TEN)),
          ...(command === "extract"
            ? []
            : [...space.target(), { newSchemas: space.path("schemas.json") }]),
        ];
        if (command === "load") assert.equal((await space.extract(TEN)).code, 0);
        const run = spawnSync(
          PYTHON,
          [
            ...["-I", "-S", "-B", "-X", "importtime", PROGRAM],
            request(command, { directory: space.dir }, ...fields),
          ],
          { encoding: "utf8" },
        );
        assert.equal(run.status, 0, run.stderr);
        const loaded = [...run.stderr.matchAll(/^import time:.*\| +(\S+)$/gm)].map(
          ([, name]) => name ?? "",
        );
        assert.ok(loaded.includes(`runner.${command}`), run.stderr);
        assert.deepEqual(
          loaded.filter((name) => RARE.includes(name)),
          [],
        );
      }));
  }

  for (const [how, program] of [
    ["its file", [PROGRAM]],
    ["its folder", [RUNNER]],
  ] as const) {
    test(`start by ${how}: its modules do not shadow the standard library`, () => {
      for (const flags of [["-I", "-S"], []]) {
        const version = execFileSync(PYTHON, [...flags, "-B", ...program, "--version"], {
          encoding: "utf8",
          cwd: RUNNER,
        });
        assert.match(version, /^singer-runner \d/);
      }
    });
  }
});
