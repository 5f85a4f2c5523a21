/**
 * Processes that connectors leave behind, and taps that close their output: the run still ends and
 * loses nothing.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  inWorkspace,
  lines,
  until,
  type Result,
  type Step,
  type Workspace,
  type Fields,
} from "./support";

const NEVER = "/nonexistent";
const START: readonly Step[] = [
  ["schema", "a"],
  ["records", "a", 1, 3],
  ["state", { at: 3 }],
];
const linux = process.platform === "linux";

/**
 * The outcome of a run of both steps, or of a stream: code of the failed step, result of the tap's
 * step, all warnings.
 */
interface Outcome {
  readonly code: number | null;
  readonly tap: Result;
  readonly warnings: string;
}

/** Runs a tap and a target in a mode. The output of a failed tap is loaded. */
async function runIn(
  mode: string,
  space: Workspace,
  steps: readonly Step[],
  target: object,
  ...more: readonly Fields[]
): Promise<Outcome> {
  if (mode === "stream") {
    const { code } = await space.stream(steps, target, ...more);
    return { code, tap: space.result(), warnings: space.result().warnings.join("\n") };
  }
  const { code } = await space.extract(steps, ...more);
  const tap = space.result();
  const load = await space.load(target, ...(code === 0 ? [] : [{ partial: true }]));
  return {
    code: code || load.code,
    tap,
    warnings: [...tap.warnings, ...space.result().warnings].join("\n"),
  };
}

/** Ids of processes that have a workspace file open or in their arguments. */
function processesOf(space: Workspace): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(space.dir) &&
          !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
        );
      } catch {
        return false;
      }
    });
}

for (const mode of ["artifact", "stream"]) {
  describe(`process that the tap left behind, ${mode} mode`, { skip: !linux }, () => {
    for (const session of [false, true]) {
      for (const quiet of [false, true]) {
        const which = `${session ? "in a session of its own" : "in the tap's group"}${quiet ? ", without stderr" : ""}`;

        test(`leftover process, ${mode} mode, ${which}: if it holds the output and writes nothing, it is killed after the grace period and reported`, () =>
          inWorkspace(async (space) => {
            const { code, warnings } = await runIn(
              mode,
              space,
              [...START, ["leave", { session, quiet, hold: NEVER }], ["exit", 0]],
              {},
              { graceSeconds: 0.5 },
            );
            assert.equal(code, 0, space.result().error ?? "");
            assert.deepEqual(space.loaded(), lines("a", 1, 3));
            assert.deepEqual(space.candidate(), { at: 3 });
            assert.match(
              warnings,
              /^tap-fake left a process behind \(python.*, process \d+\) that held its output open and wrote nothing for 0.5 s: it was killed$/m,
            );
            assert.deepEqual(processesOf(space), []);
          }));

        test(`leftover process, ${mode} mode, ${which}: records that it writes within the grace period are loaded`, () =>
          inWorkspace(async (space) => {
            const left = { session, quiet, after: 0.3, first: 4, count: 3, state: { at: 6 } };
            const { code, warnings } = await runIn(
              mode,
              space,
              [...START, ["leave", left], ["exit", 0]],
              {},
              { graceSeconds: 60 },
            );
            assert.equal(code, 0, space.result().error ?? "");
            assert.deepEqual(space.loaded(), lines("a", 1, 6));
            assert.deepEqual(space.candidate(), { at: 6 });
            assert.equal(warnings, "");
          }));

        test(`leftover process, ${mode} mode, ${which}: if it still writes after the grace period, it is killed and the tap fails`, () =>
          inWorkspace(async (space) => {
            const left = {
              session,
              quiet,
              first: 4,
              count: 100_000,
              every: 0.02,
              state: { at: 100_003 },
            };
            const { code, tap } = await runIn(
              mode,
              space,
              [...START, ["leave", left], ["exit", 0]],
              {},
              { graceSeconds: 0.5 },
            );
            assert.equal(code, 10);
            assert.match(
              tap.error ?? "",
              /^tap-fake left a process behind \(python.*\) that was still writing 0.5 s later and was killed: rows may be missing$/,
            );
            assert.ok(
              space.loaded().length >= 3 && space.loaded().length < 1000,
              `${space.loaded().length} rows`,
            );
            assert.deepEqual(space.candidate(), { at: 3 });
            assert.deepEqual(processesOf(space), []);
          }));
      }
    }
  });

  describe(`tap that has closed its output, ${mode} mode`, { skip: !linux }, () => {
    test(`closed output, ${mode} mode: the tap has the grace period to exit`, () =>
      inWorkspace(async (space) => {
        const { code } = await runIn(
          mode,
          space,
          [...START, ["close"], ["pace", 1.5], ["exit", 0]],
          {},
          { graceSeconds: 30 },
        );
        assert.equal(code, 0, space.result().error ?? "");
        assert.deepEqual(space.loaded(), lines("a", 1, 3));
        assert.deepEqual(space.candidate(), { at: 3 });
      }));

    test(`closed output, ${mode} mode: the tap is stopped and fails if it does not exit within the grace period`, () =>
      inWorkspace(async (space) => {
        const { code, tap } = await runIn(
          mode,
          space,
          [...START, ["close"], ["wait", NEVER]],
          {},
          { graceSeconds: 0.3 },
        );
        assert.equal(code, 10);
        assert.equal(
          tap.error,
          "tap-fake closed its output, did not end within 0.3 s, and was stopped",
        );
        assert.deepEqual(space.loaded(), lines("a", 1, 3));
        assert.deepEqual(space.candidate(), { at: 3 });
      }));

    test(`closed output, ${mode} mode: the tap fails if it then exits with an error`, () =>
      inWorkspace(async (space) => {
        const { code, tap } = await runIn(
          mode,
          space,
          [...START, ["close"], ["pace", 0.3], ["exit", 3]],
          {},
          { graceSeconds: 30 },
        );
        assert.equal(code, 10);
        assert.equal(tap.error, "tap-fake exited with 3");
      }));
  });
}

describe("stream mode", { skip: !linux }, () => {
  test("leftover process, stream mode: it is not killed while it waits for a slow target", () =>
    inWorkspace(async (space) => {
      const left = { session: true, first: 4, count: 60_000, state: { at: 60_003 } };
      const target = space.target({ holdAfter: [1, space.path("go")] });
      const run = space.begin(
        "stream",
        ...space.tap([...START, ["leave", left], ["say", "ready"], ["exit", 0]]),
        ...target,
        { graceSeconds: 4 },
      );
      await run.says("ready");
      await sleep(5000);
      writeFileSync(space.path("go"), "");
      const { code, stderr } = await run.ended;
      assert.equal(code, 0, stderr);
      assert.equal(space.loaded().length, 60_003);
      assert.deepEqual(space.candidate(), { at: 60_003 });
    }));

  for (const times of [1, 2]) {
    test(`stream mode: ${times === 1 ? "one stop" : "two stops"} end a run whose pipes are held open on both sides`, () =>
      inWorkspace(async (space) => {
        const tap = space.tap(
          [
            ...START,
            ["leave", { session: true, quiet: true, hold: NEVER }],
            ["say", "ready"],
            ["wait", NEVER],
          ],
          { onTerm: "ignore" },
        );
        const run = space.begin(
          "stream",
          ...tap,
          ...space.target({ child: "session", hold: NEVER, onTerm: "ignore" }),
          { graceSeconds: times === 1 ? 0.5 : 600 },
        );
        await run.says("ready");
        (["SIGTERM", "SIGINT"] as const)
          .slice(0, times)
          .forEach((signal) => run.process.kill(signal));
        assert.equal((await run.ended).code, 13);
        assert.equal(space.candidate(), undefined);
        assert.deepEqual(processesOf(space), []);
      }));
  }

  test("stream mode: the run fails if a target dies and leaves a process on its input", () =>
    inWorkspace(async (space) => {
      const { code } = await space.stream(
        [
          ["schema", "a"],
          ["flood", "a"],
        ],
        { child: "session", stopAfter: 2, how: 1 },
      );
      assert.equal(code, 11);
    }));
});

describe("load from a FIFO whose tap has ended", { skip: !linux }, () => {
  /** Starts a load from a FIFO that `writer`, a shell line, writes to. */
  async function loadFrom(space: Workspace, writer: string) {
    execFileSync("mkfifo", [space.path("fifo")]);
    space.write(
      "extract.txt",
      `${JSON.stringify({ type: "SCHEMA", stream: "a", schema: {}, key_properties: [] })}\n${JSON.stringify({ type: "STATE", value: { at: 3 } })}\n`,
    );
    const run = space.begin("load", ...space.target(), {
      input: space.path("fifo"),
      tapOutcomeFile: space.path("outcome"),
      graceSeconds: 0.5,
    });
    execFileSync(
      "sh",
      [
        "-c",
        `(${writer}) > '${space.path("fifo")}' 2> /dev/null & echo $! > '${space.path("writer")}'`,
      ],
      { stdio: "ignore" },
    );
    await until("the target has read", () => space.exists("out.txt"));
    space.write("outcome", "complete");
    const ended = await run.ended;
    try {
      process.kill(Number(space.text("writer")), "SIGKILL");
    } catch {
      // It ended by itself when the load closed the FIFO.
    }
    return ended;
  }

  test("load from a FIFO: it does not wait for a process that holds the FIFO open and writes nothing", () =>
    inWorkspace(async (space) => {
      const { code, stderr } = await loadFrom(
        space,
        `cat '${space.path("extract.txt")}'; exec sleep 60`,
      );
      assert.equal(code, 0, stderr);
      assert.deepEqual(space.candidate(), { at: 3 });
      assert.match(
        space.result().warnings.join("\n"),
        /kept its FIFO open: the load did not wait for it/,
      );
    }));

  test("load from a FIFO: it fails if a process still writes after the tap ended, because rows may be missing", () =>
    inWorkspace(async (space) => {
      const { code, stderr } = await loadFrom(
        space,
        `while cat '${space.path("extract.txt")}'; do sleep 0.02; done`,
      );
      assert.equal(code, 10, stderr);
      assert.equal(space.candidate(), undefined);
      assert.match(space.result().error ?? "", /still writes to its FIFO: rows may be missing/);
    }));
});
