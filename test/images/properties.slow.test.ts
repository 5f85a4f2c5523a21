/** Properties of the runner over many random cases; `npm test` tries the first of each. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { PYTHON, RUNNER } from "./support";

const PROPERTIES: Readonly<Record<string, { readonly file: string; readonly cases: number }>> = {
  "random streams give the same result as a naive scanner": {
    file: "scan_property.py",
    cases: 600,
  },
  "STATEs recognized by shape give the same result as parsing each": {
    file: "states_property.py",
    cases: 400,
  },
  "of damaged streams, either the run fails or every record arrives": {
    file: "arrival_property.py",
    cases: 1000,
  },
};

for (const [title, { file, cases }] of Object.entries(PROPERTIES))
  test(`properties: ${title}`, () => {
    const args = ["-B", join(__dirname, "fixtures", file), dirname(RUNNER), String(cases)];
    assert.equal(execFileSync(PYTHON, args, { encoding: "utf8" }), "ok\n");
  });
