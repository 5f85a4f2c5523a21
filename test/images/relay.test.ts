/** Pipes: FIFOs, a target that dies while the tap floods. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import {
  PYTHON,
  RUNNER,
  TEN,
  inWorkspace,
  lines,
  startFifoLoad,
  until,
  type Step,
} from "./support";

const FLOOD: readonly Step[] = [
  ["schema", "a"],
  ["flood", "a"],
];

describe("target that dies while the tap sends", () => {
  for (const [how, says] of [
    [0, "exited with 0 before the end of its input"],
    [1, "exited with 1"],
    ["SIGKILL", "was killed by SIGKILL"],
  ] as const) {
    test(`target that dies (${how}): it fails regardless of its exit code, and the tap is stopped`, () =>
      inWorkspace(async (space) => {
        const ended = await space.stream(FLOOD, { stopAfter: 100, how });
        assert.equal(ended.code, 11, ended.stderr);
        assert.ok(
          space.result().error?.startsWith(`target-fake ${says}`),
          space.result().error ?? "",
        );
        assert.equal(space.candidate(), undefined);
        assert.ok(space.result().tap?.signal !== null || space.result().tap?.exit !== 0);
      }));
  }

  test("target that dies: a tap that ignores the stop is killed after the grace period", () =>
    inWorkspace(async (space) => {
      const tap = space.tap([...TEN, ["wait", "/nonexistent"]], { onTerm: "ignore" });
      const ended = await space.run("stream", ...tap, ...space.target({ stopAfter: 3, how: 0 }), {
        graceSeconds: 0.2,
      });
      assert.equal(ended.code, 11, ended.stderr);
      assert.equal(space.result().tap?.signal, "SIGKILL");
    }));

  test("tap and target that fail: the tap's error comes first", () =>
    inWorkspace(async (space) => {
      const ended = await space.stream([...TEN, ["exit", 3]], { how: 4 });
      assert.equal(ended.code, 12, ended.stderr);
      assert.equal(space.result().error, "tap-fake exited with 3; target-fake exited with 4");
      assert.equal(space.candidate(), undefined);
    }));

  test("tap and target that fail: the tap's error comes first, even if its end is noticed last", () =>
    inWorkspace(async (space) => {
      const tap = space.tap([...TEN, ["close"], ["wait", "/nonexistent"], ["exit", 3]], {
        onTerm: "finish",
      });
      const ended = await space.run("stream", ...tap, ...space.target({ how: 4 }));
      assert.equal(ended.code, 12, ended.stderr);
      assert.equal(
        space.result().error,
        "tap-fake exited with 3: asked to stop; target-fake exited with 4",
      );
    }));

  test("failure: the error is the exception of the traceback", () =>
    inWorkspace(async (space) => {
      const ended = await space.stream([...TEN, ["boom"]], {});
      assert.equal(ended.code, 10);
      assert.equal(
        space.result().error,
        "tap-fake exited with 1: ValueError: invalid literal for int() with base 10: 'boom'",
      );
    }));

  test("target that does not start: the run ends", () =>
    inWorkspace(async (space) => {
      const target = space.target({}, { command: ["/nonexistent/target"] });
      const ended = await space.run("stream", ...space.tap(TEN), ...target);
      assert.equal(ended.code, 11, ended.stderr);
      assert.match(space.result().error ?? "", /target-fake does not start/);
    }));
});

test("relay: records that a tap flushes one by one reach the target in batches", () =>
  inWorkspace(async (space) => {
    const ended = await space.stream(
      [
        ["schema", "a"],
        ["slow", "a", 300],
      ],
      { reads: space.path("reads") },
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(space.result().records?.a, 300);
    assert.ok(Number(space.text("reads")) < 150, `${space.text("reads")} reads`);
  }));

describe("FIFO", () => {
  test("FIFO: it connects an extract and a load", () =>
    inWorkspace(async (space) => {
      const load = startFifoLoad(space);
      const extract = await space.extract([["raw", "rubbish\n"], ...TEN], {
        output: space.path("fifo"),
      });
      assert.equal(extract.code, 0, extract.stderr);
      const loaded = await load.ended;
      assert.equal(loaded.code, 0, loaded.stderr);
      assert.deepEqual(space.loaded(), lines("a", 1, 10));
      assert.deepEqual(space.candidate(), { at: 9 });
      assert.equal((space.json("load.json") as { badLines: number }).badLines, 1);
    }));

  test("FIFO: a tap that dies in the middle of a line fails a load without its outcome", () =>
    inWorkspace(async (space) => {
      const load = startFifoLoad(space);
      const extract = await space.extract(
        [...TEN, ["raw", '{"type": "RECORD", "stream": "a", "re'], ["exit", 3]],
        { output: space.path("fifo") },
      );
      assert.equal(extract.code, 10, extract.stderr);
      assert.equal((await load.ended).code, 14);
      assert.deepEqual(space.loaded(), lines("a", 1, 10));
      assert.equal(space.candidate(), undefined);
    }));

  test("FIFO: a load without a writer can be stopped", () =>
    inWorkspace(async (space) => {
      execFileSync("mkfifo", [space.path("fifo")]);
      const load = space.begin("load", ...space.target({ say: "ready" }), {
        input: space.path("fifo"),
        graceSeconds: 0.2,
      });
      await load.says("ready");
      load.process.kill("SIGTERM");
      assert.equal((await load.ended).code, 13);
    }));

  test("FIFO: an extract without a reader can be stopped", () =>
    inWorkspace(async (space) => {
      execFileSync("mkfifo", [space.path("fifo")]);
      const catalog = [{ catalog: space.write("given.json", { streams: [] }) }];
      const extract = space.begin(
        "extract",
        ...space.tap(TEN),
        { output: space.path("fifo") },
        ...catalog,
      );
      // Written just before the output is opened.
      await until("the catalog is there", () => space.exists("catalog.json"));
      extract.process.kill("SIGTERM");
      const ended = await extract.ended;
      assert.equal(ended.code, 13, ended.stderr);
      assert.doesNotMatch(ended.stderr, /tap \|/);
    }));
});

describe("progress", () => {
  test("progress: events with phases, bytes and records are printed to stdout", () =>
    inWorkspace(async (space) => {
      const run = space.begin(
        "extract",
        ...space.tap([...TEN, ["say", "ready"], ["wait", space.path("go")]]),
        { progress: "json" },
      );
      await new Promise<void>((done) =>
        run.process.stdout?.on("data", (text: string) => text.includes('"records": 14') && done()),
      );
      space.write("go", "");
      const ended = await run.ended;
      const events = ended.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(events[0], { event: "phase", phase: "extract", state: "start" });
      assert.deepEqual(events.at(-1), { event: "phase", phase: "extract", state: "end" });
      const loaded = await space.run("load", ...space.target(), { progress: "text" });
      const size = space.result().bytes!.toLocaleString("en-US");
      assert.match(
        loaded.stdout,
        new RegExp(
          `^scan: start\nscan: end\nload: start\n(?:.*\n)*load: ${size} bytes, ${size} total\nload: end\n$`,
        ),
      );
    }));
});

test("relay: an unexpected error fails the run instead of blocking it", () => {
  const program = [
    "import os, sys",
    "sys.path.insert(0, sys.argv[1])",
    "from runner.relay import Relay",
    "from runner.scan import Scanner",
    "class Broken(Scanner):",
    "    def feed(self, buffer, end):",
    "        raise KeyError('value')",
    "read, sink = os.pipe()",
    "relay = Relay(Broken(), sink, 0, lambda: True)",
    "relay.start(lambda: os.open(sys.argv[2], os.O_RDONLY), lambda: None)",
    "print(relay.ended.wait(10), relay.complete, relay.error.strerror)",
  ].join("\n");
  assert.equal(
    execFileSync(PYTHON, ["-c", program, resolve(RUNNER, ".."), __filename], { encoding: "utf8" }),
    "True False KeyError: 'value'\n",
  );
});
