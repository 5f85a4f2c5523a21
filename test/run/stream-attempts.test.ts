/** Retries in stream mode: the run's counts are those of all attempts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import { fakeContext, fakePipeline, numbersIn, range, temporaryFolder } from "./support";

interface Attempts {
  readonly name: string;
  readonly tap: {
    readonly rows: number;
    readonly fail_after?: number;
    readonly fail_times?: number;
    readonly prints?: { readonly [id: string]: string };
  };
  readonly target?: { readonly fail_after: number; readonly fail_times: number };
  readonly minRecords: number;
  /** Records after all attempts. */
  readonly records: number;
  /** The largest `minRecords` that passes. */
  readonly counted: number;
}

const CASES: readonly Attempts[] = [
  {
    name: "attempts that resume are added",
    tap: { rows: 100, fail_after: 35, fail_times: 1 },
    minRecords: 100,
    records: 35 + 70,
    counted: 105,
  },
  {
    name: "an attempt that saved no progress does not count for minRecords",
    tap: { rows: 20, fail_after: 5, fail_times: 1 },
    minRecords: 20,
    records: 5 + 20,
    counted: 20,
  },
  {
    name: "an attempt whose target failed is not counted",
    tap: { rows: 40 },
    target: { fail_after: 25, fail_times: 1 },
    minRecords: 40,
    records: 40,
    counted: 40,
  },
];

suite("counts of retried streams", () => {
  for (const { name, tap, target, minRecords, records, counted } of CASES) {
    test(`counts of retried streams: ${name}`, async (t) => {
      const folder = temporaryFolder(t);
      const summary = await runPipeline(
        await fakeContext(folder),
        fakePipeline(folder, tap, target, { expectations: { minRecords } }),
        { mode: "stream" },
      );
      assert.equal(summary.status, "succeeded", summary.error ?? "");
      assert.equal(summary.attempts.extract, 2);
      assert.deepEqual(
        [summary.records, summary.streams],
        [records, [{ stream: "events", records }]],
      );
      assert.deepEqual([...new Set(numbersIn(join(folder, "loaded")))], range(1, tap.rows));
    });

    test(`counts of retried streams: ${name}: one record fewer than expected fails`, async (t) => {
      const folder = temporaryFolder(t);
      const summary = await runPipeline(
        await fakeContext(folder),
        fakePipeline(folder, tap, target, { expectations: { minRecords: counted + 1 } }),
        { mode: "stream" },
      );
      assert.equal(summary.code, ExitCode.expectation);
      assert.equal(summary.error, `${counted} records received, expected at least ${counted + 1}`);
    });
  }

  test("counts of retried streams: bytes, bad lines and skipped lines are added up", async (t) => {
    const folder = temporaryFolder(t);
    const prints = { "3": "page 1\n", "33": "page 2\n", "50": "half..." };
    const summary = await runPipeline(
      await fakeContext(folder),
      fakePipeline(folder, { rows: 60, fail_after: 35, fail_times: 1, prints }),
      { mode: "stream" },
    );
    assert.equal(summary.status, "succeeded", summary.error ?? "");
    // Lines 3 and 33 in the first attempt, line 33 and the text before 50 in the second.
    assert.equal(summary.badLines, 3);
    assert.equal(summary.leftOut?.length, 3);
    assert.equal(summary.records, 35 + 30);
    assert.ok(summary.bytes > 65 * 60);
  });
});
