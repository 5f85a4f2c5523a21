/** A stop reaches a run in every phase. The connectors below wait forever: a lost stop hangs the test. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../src/common/errors";
import type { RunEvent } from "../../src/run/events";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import { createStop, type Stop } from "../../src/run/stop";
import {
  fakeContext,
  fakePipeline,
  isRunning,
  numbersIn,
  prepareFake,
  range,
  temporaryFolder,
  until,
} from "./support";

const WAITING = { rows: 30, hold: 20 };

/** A context that requests a stop at the first event of a kind. */
async function stoppingAt(folder: string, matches: (event: RunEvent) => boolean) {
  const stop = createStop();
  const context = await fakeContext(folder, { stop });
  const onEvent = (event: RunEvent) => {
    context.events.push(event);
    if (stop.count === 0 && matches(event)) stop.request("interrupted by SIGINT");
  };
  return { ...context, onEvent };
}

for (const mode of ["artifact", "stream"] as const) {
  suite(`stop in ${mode} mode`, () => {
    for (const delay of [0, 5, 10, 20, 30, 45, 60, 90]) {
      test(
        `stop, ${mode} mode: ${delay} ms after the start of the runner, the run is interrupted`,
        { timeout: 60_000 },
        async (t) => {
          const folder = temporaryFolder(t);
          const stop = createStop();
          const context = await fakeContext(folder, { stop });
          const onEvent = (event: RunEvent) =>
            event.event === "started" &&
            void sleep(delay).then(() => stop.request("interrupted by SIGINT"));
          const summary = await runPipeline(
            { ...context, onEvent },
            fakePipeline(folder, WAITING),
            {
              mode,
            },
          );
          assert.deepEqual(
            [summary.status, summary.code, summary.error],
            ["interrupted", ExitCode.interrupted, "interrupted by SIGINT"],
          );
          for (const pid of numbersIn(join(folder, "tap-starts")))
            assert.equal(isRunning(pid), false);
        },
      );
    }

    test(`stop, ${mode} mode: before the run, it does not start`, async (t) => {
      const folder = temporaryFolder(t);
      const stop = createStop();
      stop.request("interrupted by SIGINT");
      const context = await fakeContext(folder, { stop });
      await assert.rejects(
        runPipeline(context, fakePipeline(folder, WAITING), { mode }),
        (error) => error instanceof UserError && error.exitCode === ExitCode.interrupted,
      );
      assert.deepEqual(numbersIn(join(folder, "tap-starts")), []);
    });

    test(`stop, ${mode} mode: during installation, the run does not start`, async (t) => {
      const folder = temporaryFolder(t);
      const stop = createStop();
      const prepare: Parameters<typeof runPipeline>[0]["prepare"] = async (connector) => {
        stop.request("interrupted by SIGINT");
        return prepareFake(folder, connector.name, connector.kind);
      };
      const context = await fakeContext(folder, { stop, prepare });
      await assert.rejects(
        runPipeline(context, fakePipeline(folder, WAITING), { mode }),
        /interrupted by SIGINT, before/,
      );
    });

    test(
      `stop, ${mode} mode: during the pause before a retry, what was sent is loaded`,
      { timeout: 60_000 },
      async (t) => {
        const folder = temporaryFolder(t);
        const context = await stoppingAt(folder, (event) => event.event === "retry");
        const summary = await runPipeline(
          context,
          fakePipeline(
            folder,
            { rows: 30, fail_after: 20 },
            {},
            { retries: { limit: 2, delay: "1h" } },
          ),
          { mode },
        );
        assert.deepEqual([summary.status, summary.code], ["interrupted", ExitCode.interrupted]);
        assert.equal(numbersIn(join(folder, "tap-starts")).length, 1);
        assert.deepEqual(
          numbersIn(join(folder, "loaded")),
          range(1, 20),
          "what was sent before is loaded",
        );
      },
    );
  });
}

test(
  "stop: between extract and load, the extract is loaded, and the run is interrupted",
  { timeout: 60_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const context = await stoppingAt(
      folder,
      (event) => event.event === "phase" && event.phase === "extract" && event.state === "end",
    );
    const summary = await runPipeline(context, fakePipeline(folder, { rows: 30 }), {
      mode: "artifact",
    });
    assert.deepEqual([summary.status, summary.code], ["interrupted", ExitCode.interrupted]);
    assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 30));
    assert.equal(summary.stateCommitted, true);
  },
);

test("stop: a second one before the load prevents it", { timeout: 60_000 }, async (t) => {
  const folder = temporaryFolder(t);
  const stop = createStop();
  const context = await fakeContext(folder, { stop });
  const onEvent = (event: RunEvent) => {
    if (event.event === "phase" && event.phase === "extract" && event.state === "end")
      ["once", "twice"].forEach((why) => stop.request(why));
  };
  const summary = await runPipeline({ ...context, onEvent }, fakePipeline(folder, { rows: 30 }), {
    mode: "artifact",
  });
  assert.equal(summary.code, ExitCode.interrupted);
  assert.deepEqual(numbersIn(join(folder, "target-starts")), []);
});

suite("stop of follow-ups", () => {
  /** A container engine whose containers wait forever and ignore SIGTERM, until they are killed by name. */
  function stubbornDocker(t: TestContext, folder: string): string {
    const bin = join(folder, "bin");
    const calls = join(folder, "docker-calls");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "docker"),
      `#!/bin/sh\n[ "$1" = version ] && exit 0\necho "$1" >> '${calls}'\n[ "$1" = kill ] && exit 0\ntrap '' TERM\nwhile :; do sleep 0.05; done\n`,
    );
    chmodSync(join(bin, "docker"), 0o755);
    const { PATH } = process.env;
    process.env["PATH"] = `${bin}:${PATH}`;
    t.after(() => (process.env["PATH"] = PATH));
    return calls;
  }
  const followUps = ["first", "second"].map((name) => ({
    name,
    image: "dbt:1",
    command: ["dbt", "build"],
  }));

  test(
    "stop twice during a follow-up: its container is killed, and the next one does not start",
    { timeout: 60_000 },
    async (t) => {
      const folder = temporaryFolder(t);
      const calls = stubbornDocker(t, folder);
      const stop: Stop = createStop();
      const context = await fakeContext(folder, { stop });
      const running = runPipeline(context, fakePipeline(folder, { rows: 30 }, {}, { followUps }));
      await until(
        "a follow-up",
        () =>
          context.events.some(({ event }) => event === "follow-up") && linesOf(calls).length === 1,
      );
      stop.request("interrupted by SIGINT");
      stop.request("interrupted by SIGINT");
      const summary = await running;
      assert.deepEqual([summary.status, summary.code], ["interrupted", ExitCode.interrupted]);
      assert.equal(summary.error, 'interrupted by SIGINT: follow-up "first" was interrupted');
      await until("the container is killed", () => linesOf(calls).includes("kill"));
      assert.deepEqual(
        linesOf(calls).filter((call) => call === "run"),
        ["run"],
      );
    },
  );

  test("stop as the load ends: no follow-up starts", { timeout: 60_000 }, async (t) => {
    const folder = temporaryFolder(t);
    const calls = stubbornDocker(t, folder);
    const context = await stoppingAt(
      folder,
      (event) => event.event === "phase" && event.phase === "load" && event.state === "end",
    );
    const summary = await runPipeline(
      context,
      fakePipeline(folder, { rows: 30 }, {}, { followUps }),
      { mode: "artifact" },
    );
    assert.deepEqual([summary.status, summary.code], ["interrupted", ExitCode.interrupted]);
    assert.deepEqual(linesOf(calls), []);
  });

  function linesOf(file: string): readonly string[] {
    try {
      return readFileSync(file, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }
});

test("deadline of a run: it does not stop a run in parallel", { timeout: 60_000 }, async (t) => {
  const folders = [temporaryFolder(t), temporaryFolder(t)] as const;
  const context = await fakeContext(folders[0]);
  const late = runPipeline(context, {
    ...fakePipeline(folders[0], WAITING, {}, { deadline: "1s" }),
    name: "late",
  });
  const other = runPipeline(context, fakePipeline(folders[1], { rows: 30 }, { wait: 2 }));
  assert.equal((await late).status, "interrupted");
  assert.equal((await other).status, "succeeded");
  assert.deepEqual(
    context.events.filter(({ event }) => event === "stopping"),
    [
      {
        event: "stopping",
        pipeline: "late",
        reason: "the deadline of 1s has passed",
        atOnce: false,
      },
    ],
  );
});
