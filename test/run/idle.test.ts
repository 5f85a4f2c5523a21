/** A run in which no data moves ends, and is shown as silent. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import { liveSummary } from "../../src/run/live-summary";
import { openStore } from "../../src/store/open";
import { readSummary } from "../../src/store/runs/runs";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { fakeContext, fakePipeline, numbersIn, range, temporaryFolder } from "./support";

for (const mode of ["artifact", "stream"] as const) {
  test(
    `idle timeout, ${mode} mode: the attempt fails, and what was sent is loaded`,
    { timeout: 60_000 },
    async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const frozen = fakePipeline(
        folder,
        { rows: 30, hold: 20 },
        {},
        { idleTimeout: "4s", retries: { limit: 0 } },
      );
      const summary = await runPipeline(context, frozen, { mode });
      assert.deepEqual([summary.status, summary.code], ["failed", ExitCode.tapFailed]);
      assert.equal(summary.error, "tap-fake sent nothing for 4 s (idleTimeout) and was stopped");
      assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 20));
      assert.equal(summary.stateCommitted, true);
    },
  );
}

test("idle timeout: the retry resumes from the loaded data", { timeout: 60_000 }, async (t) => {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const summary = await runPipeline(
    context,
    fakePipeline(folder, { rows: 30, hold: 20 }, {}, { idleTimeout: "4s" }),
    { mode: "stream" },
  );
  assert.equal(summary.status, "succeeded", summary.error ?? "");
  assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 30));
});

test('idle timeout: "never" disables it', { timeout: 60_000 }, async (t) => {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const summary = await runPipeline(
    context,
    fakePipeline(folder, { rows: 30 }, { wait: 1.5 }, { idleTimeout: "never" }),
  );
  assert.equal(summary.status, "succeeded", summary.error ?? "");
});

test("silence: the summary of a run in progress shows since when no data has moved", async (t) => {
  const store = await openStore(temporaryFolder(t));
  const opening = {
    version: 1,
    pipeline: "events",
    run: "20261129T120000Z-abcdef",
    status: "running",
  } as unknown as RunSummary;
  const silence = liveSummary(store, opening);
  const silentSince = async () => (await readSummary(store, "events", opening.run))?.silentSince;
  const until = async (isSilent: boolean) => {
    for (let attempt = 0; ((await silentSince()) !== undefined) !== isSilent; attempt += 1) {
      assert.ok(attempt < 400, `silent: ${!isSilent}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };

  silence.look({ event: "progress", phase: "extract", bytes: 10, silent: 90 });
  await until(true);
  const since = Date.parse((await silentSince()) ?? "");
  assert.ok(Math.abs(Date.now() - 90_000 - since) < 5000, `${since}`);
  silence.look({ event: "log", line: "runner | tap-fake has sent nothing for 5 min" });
  silence.look({ event: "progress", phase: "extract", bytes: 20 });
  await until(false);
  await silence.end();
  silence.look({ event: "progress", phase: "extract", bytes: 20, silent: 90 });
  await silence.end();
  assert.equal(await silentSince(), undefined, "it writes nothing once the run has ended");
});
