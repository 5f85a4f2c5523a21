/** SIGTERM and SIGINT, once and twice, with real signals. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import {
  inWorkspace,
  lines,
  PYTHON,
  RUNNER,
  TEN,
  type Step,
  type Workspace,
  request,
  type Fields,
} from "./support";

const NEVER = "/nonexistent";
const WAITING: readonly Step[] = [
  ...TEN,
  ["raw", '{"type": "RECORD", "str'],
  ["say", "ready"],
  ["wait", NEVER],
];

const stopTwice = (process: { kill(signal: NodeJS.Signals): boolean }): void => {
  // Two signals of the same kind could be merged.
  process.kill("SIGTERM");
  process.kill("SIGINT");
};

/** Extracts TEN and starts a load whose target waits for the file "go". */
async function heldLoad(space: Workspace, config: object, ...more: readonly Fields[]) {
  assert.equal((await space.extract(TEN)).code, 0);
  const run = space.begin(
    "load",
    ...space.target({ hold: space.path("go"), say: "ready", ...config }),
    ...more,
  );
  await run.says("ready");
  return run;
}

describe("signals during an extract", () => {
  test("extract, one signal: the tap is terminated, and its complete lines are kept", () =>
    inWorkspace(async (space) => {
      const run = space.begin("extract", ...space.tap(WAITING));
      await run.says("ready");
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      const result = space.result();
      assert.equal(result.status, "interrupted");
      assert.equal(result.complete, false);
      assert.equal(result.tap?.signal, "SIGTERM");
      assert.ok(space.text("extract.jsonl").endsWith("}\n"));
    }));

  test("extract, one signal: the run is interrupted even if the tap exits with 0", () =>
    inWorkspace(async (space) => {
      const run = space.begin("extract", ...space.tap(WAITING, { onTerm: "finish" }));
      await run.says("ready");
      run.process.kill("SIGINT");
      assert.equal((await run.ended).code, 13);
      assert.deepEqual(space.result().tap, { exit: 0, signal: null });
      assert.equal(space.result().complete, false);
      assert.ok(space.text("extract.jsonl").endsWith("}\n"));
    }));

  test("extract, one signal: a tap that ignores it is killed after the grace period", () =>
    inWorkspace(async (space) => {
      const run = space.begin("extract", ...space.tap(WAITING, { onTerm: "ignore" }), {
        graceSeconds: 0.2,
      });
      await run.says("ready");
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().tap?.signal, "SIGKILL");
    }));

  test("extract, two signals: the tap is killed immediately", () =>
    inWorkspace(async (space) => {
      const run = space.begin("extract", ...space.tap(WAITING, { onTerm: "ignore" }), {
        graceSeconds: 600,
      });
      await run.says("ready");
      run.process.kill("SIGTERM");
      await run.says("asked to stop");
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().tap?.signal, "SIGKILL");
    }));

  test("extract: Ctrl-C in a terminal reaches only the runner", () =>
    inWorkspace(async (space) => {
      const args = [request("extract", ...space.tap(WAITING), { directory: space.dir })];
      const child = spawn(PYTHON, ["-I", "-S", "-B", RUNNER, ...args], {
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      await new Promise<void>((done) =>
        child.stderr.on("data", (text: Buffer) => text.includes("ready") && done()),
      );
      process.kill(-child.pid!, "SIGINT");
      await new Promise((done) => child.on("close", done));
      assert.equal(space.result().code, 13);
      assert.equal(space.result().tap?.signal, "SIGTERM");
    }));
});

describe("signals during a load", () => {
  test("load, one signal: the target may finish, its state is saved, and the run is interrupted", () =>
    inWorkspace(async (space) => {
      const run = await heldLoad(space, {});
      run.process.kill("SIGTERM");
      writeFileSync(space.path("go"), "");
      assert.equal((await run.ended).code, 13);
      assert.deepEqual(space.loaded(), lines("a", 1, 10));
      assert.deepEqual(space.candidate(), { at: 9 });
      assert.equal(space.result().status, "interrupted");
    }));

  test("load, one signal: a target that does not finish is killed after the grace period, and nothing is saved", () =>
    inWorkspace(async (space) => {
      const run = await heldLoad(space, {}, { graceSeconds: 0.2 });
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().target?.signal, "SIGKILL");
      assert.equal(
        space.result().error,
        "stopped while target-fake was loading: target-fake did not exit and was killed",
      );
      assert.equal(space.candidate(), undefined);
    }));

  test("load, two signals: the target is killed immediately, and nothing is saved", () =>
    inWorkspace(async (space) => {
      const run = await heldLoad(space, {}, { graceSeconds: 600 });
      stopTwice(run.process);
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().target?.signal, "SIGKILL");
      assert.equal(space.candidate(), undefined);
    }));
});

describe("signals during a stream", () => {
  const flood: readonly Step[] = [
    ["schema", "a"],
    ["records", "a", -10, 10],
    ["say", "ready"],
    ["flood", "a"],
  ];

  test("stream, one signal: the tap stops, the target drains, and the progress is saved", () =>
    inWorkspace(async (space) => {
      const run = space.begin(
        "stream",
        ...space.tap(flood, { onTerm: "finish" }),
        ...space.target({ print: "none" }),
      );
      await run.says("ready");
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      const loaded = space.loaded().length - 10;
      assert.equal(space.result().records?.a, loaded + 10);
      assert.deepEqual(space.result().target, { exit: 0, signal: null });
      const saved = space.candidate() as { bookmarks: { a: { id: number } } } | undefined;
      assert.equal(saved?.bookmarks.a.id ?? 0, Math.floor((loaded - 1) / 10) * 10);
    }));

  test("stream, one signal: a target that does not finish is killed after the grace period, and nothing is saved", () =>
    inWorkspace(async (space) => {
      const held = space.target({ hold: space.path("go"), say: "holding", onTerm: "ignore" });
      const run = space.begin(
        "stream",
        ...space.tap([...TEN, ["say", "ready"], ["wait", NEVER]]),
        ...held,
        { graceSeconds: 0.4 },
      );
      await Promise.all([run.says("ready"), run.says("holding")]);
      run.process.kill("SIGINT");
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().target?.signal, "SIGKILL");
      assert.equal(space.candidate(), undefined);
    }));

  test("stream, two signals: both are killed immediately, and nothing is saved", () =>
    inWorkspace(async (space) => {
      const held = space.target({ hold: space.path("go"), say: "holding" });
      const tap = space.tap([...TEN, ["say", "ready"], ["wait", NEVER]], { onTerm: "ignore" });
      const run = space.begin("stream", ...tap, ...held, { graceSeconds: 600 });
      await Promise.all([run.says("ready"), run.says("holding")]);
      stopTwice(run.process);
      assert.equal((await run.ended).code, 13);
      assert.equal(space.result().tap?.signal, "SIGKILL");
      assert.equal(space.result().target?.signal, "SIGKILL");
      assert.equal(space.candidate(), undefined);
    }));

  test("stream, one signal: an incomplete line of a tap that exits with 0 is left out", () =>
    inWorkspace(async (space) => {
      const run = space.begin(
        "stream",
        ...space.tap(WAITING, { onTerm: "finish" }),
        ...space.target(),
      );
      await run.says("ready");
      run.process.kill("SIGTERM");
      assert.equal((await run.ended).code, 13);
      assert.deepEqual(space.loaded(), lines("a", 1, 10));
      assert.deepEqual(space.candidate(), { at: 9 });
    }));
});
