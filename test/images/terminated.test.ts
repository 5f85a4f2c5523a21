/**
 * A connector that another process terminates and that exits with 0 has not finished
 * (airbytehq/airbyte#12367). Its exit code does not show that, so other signs are used. A tap that
 * catches SIGTERM, writes complete lines and no log, and exits with 0 cannot be distinguished from
 * one that finished: see docs/operating.md.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { inWorkspace, lines, TEN, type Step } from "./support";

/** What a connector of the Singer SDK logs when a signal ends it. */
const SDK =
  "2026-11-29 18:04:06,720 | INFO     | tap-fake                       | Gracefully shutting down...";

describe("connector that is terminated by another process and exits with 0", () => {
  for (const mode of ["extract", "stream"] as const) {
    test(`terminated connector, ${mode}: an SDK tap that logs it fails`, () =>
      inWorkspace(async (space) => {
        const steps: readonly Step[] = [...TEN, ["say", SDK], ["exit", 0]];
        const { code } =
          mode === "stream" ? await space.stream(steps, {}) : await space.extract(steps);
        assert.equal(code, 10);
        assert.equal(
          space.result().error,
          "tap-fake was terminated by another process and exited with 0 before it finished",
        );
        assert.equal(space.result().complete, false);
      }));

    test(`terminated connector, ${mode}: in the middle of a record, the run fails and the state is not past it`, () =>
      inWorkspace(async (space) => {
        const steps: readonly Step[] = [
          ...TEN,
          ["raw", '{"type": "RECORD", "stream": "a", "record": {"i'],
          ["exit", 0],
        ];
        const code =
          mode === "stream"
            ? (await space.stream(steps, {})).code
            : (await space.extract(steps)).code || (await space.load({})).code;
        assert.notEqual(code, 0);
        assert.equal(space.candidate(), undefined);
      }));

    test(`terminated connector, ${mode}: together with the runner, as in a shutdown, the run is interrupted`, () =>
      inWorkspace(async (space) => {
        const tap = space.tap([...TEN, ["say", "ready"], ["wait", "/nonexistent"]], {
          onTerm: "finish",
          pidFile: space.path("pid"),
        });
        const run = space.begin(mode, ...(mode === "stream" ? [...tap, ...space.target()] : tap));
        await run.says("ready");
        process.kill(Number(readFileSync(space.path("pid"), "utf8")), "SIGTERM");
        run.process.kill("SIGTERM");
        assert.equal((await run.ended).code, 13);
        assert.equal(space.result().complete, false);
        if (mode === "stream") assert.deepEqual(space.loaded(), lines("a", 1, 10));
      }));
  }

  test("terminated connector, load: an SDK target that logs it fails, and nothing is saved", () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      const { code } = await space.load({ say: SDK });
      assert.equal(code, 11);
      assert.equal(space.candidate(), undefined);
    }));
});
