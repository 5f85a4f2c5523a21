import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { suite, test } from "node:test";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import { LeaseHeld } from "../../src/store/lease/lease";
import { listRuns } from "../../src/store/runs/runs";
import { readState } from "../../src/store/state/state";
import { compiled } from "../support/command";
import {
  fakeContext,
  fakePipeline,
  isRunning,
  numbersIn,
  range,
  temporaryFolder,
  until,
} from "./support";
import { plain } from "../support/plain";

const savedBookmark = async (store: Parameters<typeof readState>[0]) => {
  const state = plain((await readState(store, "events"))?.envelope.state) as
    { bookmarks: { events: { replication_key_value: number } } } | undefined;
  return state?.bookmarks.events.replication_key_value ?? 0;
};

/** Starts a run in a separate process, so that it can be killed. */
function startRun(folder: string, mode: string, tap: object, target: object): ChildProcess {
  const driver = compiled("test/run/fixtures/driver");
  return spawn(
    process.execPath,
    [driver, folder, mode, JSON.stringify(tap), JSON.stringify(target)],
    { stdio: "ignore" },
  );
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.on("close", resolve));
}

for (const mode of ["artifact", "stream"] as const) {
  suite(`interrupted run, ${mode} mode`, () => {
    test(`${mode} mode, one interrupt: what the tap sent is loaded and saved`, async (t) => {
      const folder = temporaryFolder(t);
      const stop = createStop();
      const context = await fakeContext(folder, { stop });
      const running = runPipeline(context, fakePipeline(folder, { rows: 100, hold: 40 }), { mode });
      const place =
        mode === "stream"
          ? () => numbersIn(join(folder, "loaded")).length >= 40
          : () => extracted(context) >= 41;
      await until("40 rows", place);
      stop.request("interrupted by SIGINT");
      const summary = await running;
      assert.equal(summary.code, ExitCode.interrupted);
      assert.equal(summary.status, "interrupted");
      assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 40));
      assert.equal(await savedBookmark(context.store), 40);
    });

    // After one request, the target would have thirty seconds to end by itself.
    test(
      `${mode} mode, two interrupts: the run ends at once and saves nothing`,
      { timeout: 20_000 },
      async (t) => {
        const folder = temporaryFolder(t);
        const stop = createStop();
        const context = await fakeContext(folder, { stop });
        const running = runPipeline(context, fakePipeline(folder, { rows: 60 }, { hold: 20 }), {
          mode,
        });
        await until("20 rows", () => numbersIn(join(folder, "loaded")).length === 20);
        stop.request("interrupted by SIGINT");
        stop.request("interrupted by SIGINT");
        const summary = await running;
        assert.equal(summary.code, ExitCode.interrupted);
        assert.equal(await savedBookmark(context.store), 0);
        for (const pid of numbersIn(join(folder, "target-starts")))
          assert.equal(isRunning(pid), false);
      },
    );

    for (const where of ["tap", "target"] as const) {
      test(`${mode} mode, kill -9 while the ${where} works: its connectors end, and the next run loads everything`, async (t) => {
        const folder = temporaryFolder(t);
        const child = startRun(
          folder,
          mode,
          where === "tap" ? { rows: 60, hold: 30 } : { rows: 60 },
          where === "target" ? { hold: 30 } : {},
        );
        const starts = join(folder, `${where}-starts`);
        await until(`a ${where} that runs`, () => numbersIn(starts).some(isRunning));
        const waiting =
          mode === "artifact" && where === "tap"
            ? undefined
            : () => numbersIn(join(folder, "loaded")).length === 30;
        if (waiting) await until("30 rows", waiting);
        child.kill("SIGKILL");
        await ended(child);
        const pids = ["tap-starts", "target-starts"].flatMap((file) =>
          numbersIn(join(folder, file)),
        );
        await until("the connectors end", () => !pids.some(isRunning));
        const context = await fakeContext(folder);
        assert.equal(
          await savedBookmark(context.store),
          0,
          "a state was saved although the run was killed",
        );
        const summary = await runPipeline(context, fakePipeline(folder, { rows: 60 }), { mode });
        assert.equal(summary.status, "succeeded", summary.error ?? "");
        assert.deepEqual(
          [...new Set(numbersIn(join(folder, "loaded")))].sort((a, b) => a - b),
          range(1, 60),
        );
        const [, killed] = await listRuns(context.store, "events", 5);
        assert.equal(killed?.status, "interrupted");
      });
    }

    test(`${mode} mode, deadline: what the tap sent is loaded and saved`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 100, hold: 40 }, {}, { deadline: "1s" }),
        { mode },
      );
      assert.equal(summary.status, "interrupted");
      assert.match(summary.error ?? "", /deadline of 1s/);
    });
  });
}

test("lease: a second run of a pipeline is rejected while the first is in progress", async (t) => {
  const folder = temporaryFolder(t);
  const stop = createStop();
  const context = await fakeContext(folder, { stop });
  const first = runPipeline(context, fakePipeline(folder, { rows: 60, hold: 30 }));
  await until("the first run", () => numbersIn(join(folder, "tap-starts")).length === 1);
  await assert.rejects(
    runPipeline(await fakeContext(folder), fakePipeline(folder, { rows: 60 })),
    (error) => error instanceof LeaseHeld && error.exitCode === ExitCode.leaseHeld,
  );
  stop.request("enough");
  await first;
  assert.equal(numbersIn(join(folder, "tap-starts")).length, 1);
});

function extracted(context: Awaited<ReturnType<typeof fakeContext>>): number {
  const progress = context.events.findLast((event) => event.event === "progress");
  return progress?.event === "progress" ? (progress.records ?? 0) : 0;
}
