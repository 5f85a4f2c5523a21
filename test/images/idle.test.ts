/** A silent run is ended; a target that still works in silence is not. */
import assert from "node:assert/strict";
import { test, describe } from "node:test";
import { TEN, inWorkspace, lines, startFifoLoad, type Result, type Step } from "./support";

const NEVER = "/nonexistent";
const IDLE = [{ idleTimeoutSeconds: 0.7 }];
const FROZEN: readonly Step[] = [
  ["schema", "a"],
  ["records", "a", 1, 3],
  ["state", { at: 3 }],
  ["wait", NEVER],
];

describe("idle tap", () => {
  test("idle tap, extract: it is stopped and fails, and its records are kept", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.extract(FROZEN, ...IDLE)).code, 10);
      assert.equal(
        space.result().error,
        "tap-fake sent nothing for 0.7 s (idleTimeout) and was stopped",
      );
      assert.equal((await space.load({}, { partial: true })).code, 0);
      assert.deepEqual(space.loaded(), lines("a", 1, 3));
    }));

  test("idle tap, extract: it fails although it exits with 0 when stopped", () =>
    inWorkspace(async (space) => {
      const { code } = await space.run(
        "extract",
        ...space.tap(FROZEN, { onTerm: "finish" }),
        ...IDLE,
      );
      assert.equal(code, 10);
      assert.deepEqual(space.result().tap, { exit: 0, signal: null });
    }));

  test("idle tap, stream: its records are loaded and its progress is saved", () =>
    inWorkspace(async (space) => {
      assert.equal((await space.stream(FROZEN, {}, ...IDLE)).code, 10);
      assert.equal(
        space.result().error,
        "tap-fake sent nothing for 0.7 s (idleTimeout) and was stopped",
      );
      assert.deepEqual(space.loaded(), lines("a", 1, 3));
      assert.deepEqual(space.candidate(), { at: 3 });
    }));

  test("idle tap, discovery: it is stopped and fails", () =>
    inWorkspace(async (space) => {
      const select = space.write("select.json", [{ stream: "a" }]);
      const tap = space.tap([], { discover: { streams: [] }, discoverWaits: NEVER });
      assert.equal((await space.run("extract", ...tap, { select }, ...IDLE)).code, 10);
      assert.equal(
        space.result().error,
        "discovery: tap-fake sent nothing for 0.7 s (idleTimeout) and was stopped",
      );
    }));

  test("idle tap, load from a FIFO: nothing is saved", () =>
    inWorkspace(async (space) => {
      const load = startFifoLoad(space, {}, ...IDLE);
      const extract = space.begin("extract", ...space.tap(FROZEN), { output: space.path("fifo") });
      assert.equal((await load.ended).code, 10);
      assert.equal(
        (space.json("load.json") as Result).error,
        "the tap sent nothing for 0.7 s (idleTimeout) and was stopped",
      );
      assert.equal(space.candidate(), undefined);
      extract.process.kill("SIGTERM");
      await extract.ended;
    }));

  test("idle tap: one that keeps logging is not idle", () =>
    inWorkspace(async (space) => {
      const steps: readonly Step[] = [
        ["schema", "a"],
        ["chatter", 15, 0.1],
        ["records", "a", 1, 3],
        ["state", { at: 3 }],
      ];
      assert.equal((await space.stream(steps, {}, { idleTimeoutSeconds: 1.2 })).code, 0);
      assert.equal((await space.extract(steps, { idleTimeoutSeconds: 1.2 })).code, 0);
    }));

  test("idle tap: without an idle timeout, it may be silent", () =>
    inWorkspace(async (space) => {
      const run = space.begin("extract", ...space.tap([["say", "ready"], ["pace", 1.5], ...TEN]), {
        idleTimeoutSeconds: 0,
      });
      assert.equal((await run.ended).code, 0);
    }));
});

describe("idle target", () => {
  const flood: readonly Step[] = [
    ["schema", "a"],
    ["records", "a", 1, 40_000],
    ["state", { at: 40_000 }],
  ];

  for (const mode of ["load", "stream"]) {
    test(`idle target, ${mode}: it is killed and fails, and nothing is saved`, () =>
      inWorkspace(async (space) => {
        const config = { holdAfter: [5, NEVER] };
        const code =
          mode === "stream"
            ? (await space.stream(flood, config, ...IDLE)).code
            : (await space.extract(flood)).code || (await space.load(config, ...IDLE)).code;
        assert.equal(code, 11);
        assert.equal(
          space.result().error,
          "target-fake read nothing for 0.7 s (idleTimeout) and was stopped",
        );
        assert.equal(space.candidate(), undefined);
      }));

    test(`idle target, ${mode}: one that has read everything may take longer to store it`, () =>
      inWorkspace(async (space) => {
        const config = { flush: 2 };
        const code =
          mode === "stream"
            ? (await space.stream(TEN, config, ...IDLE)).code
            : (await space.extract(TEN)).code || (await space.load(config, ...IDLE)).code;
        assert.equal(code, 0, space.result().error ?? "");
        assert.deepEqual(space.candidate(), { at: 9 });
      }));
  }

  test("idle target, stream: the tap may clean up while the target stores its data", () =>
    inWorkspace(async (space) => {
      const { code, stderr } = await space.stream(
        [...TEN, ["close"], ["pace", 1.5]],
        { flush: 2 },
        ...IDLE,
      );
      assert.equal(code, 0, stderr);
    }));
});

test("load from a FIFO: a growing log of the tap counts as activity", () =>
  inWorkspace(async (space) => {
    const log = space.path("tap.log");
    const load = startFifoLoad(space, {}, { tapActivity: log, idleTimeoutSeconds: 1.2 });
    const extract = await space.extract([...TEN, ["chatter", 20, 0.1]], {
      output: space.path("fifo"),
      tapLog: log,
    });
    assert.equal(extract.code, 0, extract.stderr);
    assert.equal((await load.ended).code, 0);
  }));
