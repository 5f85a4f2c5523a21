/** Memory of the runner while a tap logs a line for each record, as in airbytehq/airbyte#16652. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { inWorkspace, request, RUNNER, type Step } from "./support";

/** Lines after which the log's beginning and end are full. */
const LINES = 100_000;
const BLOCK = 5000;
/** Most memory that four times as many lines may take, in MB: they have 60, and a busy machine up to 7. */
const MOST = 15;

for (const mode of ["extract", "stream"] as const) {
  test(`flooded log, ${mode}: the memory of the runner does not grow with the lines`, (t) =>
    inWorkspace((space) => {
      const peakOf = (lines: number): number => {
        const blocks = Array.from({ length: lines / BLOCK }, (_, block): readonly Step[] => [
          ["records", "a", block * BLOCK, BLOCK],
          ["logs", BLOCK, 200],
        ]);
        const steps: readonly Step[] = [["schema", "a"], ...blocks.flat(), ["state", { at: 1 }]];
        const fields = [...space.tap(steps), ...(mode === "stream" ? space.target() : [])];
        const places = { directory: space.dir, tapLog: space.path(`tap-${lines}.log`) };
        const printed = execFileSync(
          "python3",
          [
            "-B",
            join(__dirname, "fixtures", "peak.py"),
            resolve(RUNNER, ".."),
            request(mode, ...fields, places),
          ],
          { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
        );
        const [code, peak = 0] = (printed.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
        assert.equal(code, 0);
        space.forget();
        return peak;
      };
      const [few, many] = [peakOf(LINES), peakOf(4 * LINES)];
      t.diagnostic(`${few} MB for ${LINES} lines, ${many} MB for ${4 * LINES}`);
      assert.ok(many - few < MOST, `${few} MB became ${many} MB`);
    }));
}
