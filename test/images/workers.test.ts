/** Connectors whose failure does not show in their exit code. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { PYTHON, TEN, inWorkspace, startFifoLoad, type Step, type Workspace } from "./support";

const NEVER = "/nonexistent";

async function replicate(
  space: Workspace,
  mode: string,
  steps: readonly Step[],
  config: object,
): Promise<number | null> {
  if (mode === "stream") return (await space.stream(steps, config, { graceSeconds: 0.5 })).code;
  return (await space.extract(steps)).code || (await space.load(config)).code;
}

describe("connector that exits with 0 although a worker failed (meltano/meltano#8579)", () => {
  for (const mode of ["load", "stream"]) {
    for (const [worker, named] of [
      ["thread", "thread Thread-1 \\(drain\\)"],
      ["process", "process (Fork)?Process-1"],
    ] as const) {
      test(`target, ${mode}: a failed ${worker} fails the run, and no state is saved`, () =>
        inWorkspace(async (space) => {
          assert.equal(await replicate(space, mode, TEN, { worker }), 11);
          assert.match(
            space.result().error ?? "",
            new RegExp(
              `^target-fake exited with 0 although one of its workers failed, rows may be missing: ${named}: TimeoutError: 1,200 rows of stream a were not written`,
            ),
          );
          assert.equal(space.candidate(), undefined);
        }));
    }
  }

  test("tap with a failed worker: its records are loaded, and the run fails", () =>
    inWorkspace(async (space) => {
      const steps: readonly Step[] = [
        ...TEN,
        [
          "say",
          'Exception in thread Thread-3 (fetch):\nTraceback (most recent call last):\n  File "x.py", line 1, in f\nValueError: page 7',
        ],
        ["exit", 0],
      ];
      assert.equal(await replicate(space, "stream", steps, {}), 10);
      assert.match(
        space.result().error ?? "",
        /^tap-fake exited with 0 although one of its workers failed, rows may be missing: thread Thread-3 \(fetch\): ValueError: page 7/,
      );
    }));

  const lines: readonly (readonly [string, readonly string[], string | null])[] = [
    [
      "an exception that was caught and logged",
      ["ERROR retrying", "Traceback (most recent call last):", "ValueError: x"],
      null,
    ],
    [
      "a message that only names a thread",
      ["Exception in thread pool, retrying", "Traceback (most recent call last):", "ValueError: x"],
      null,
    ],
    [
      "a thread's exception while Python shuts down",
      [
        "Exception in thread Thread-1 (most likely raised during interpreter shutdown):",
        "Traceback (most recent call last):",
        "TypeError: x",
      ],
      null,
    ],
    [
      "a name without a traceback",
      ["Exception in thread Thread-1 (f):", "INFO continuing", "ValueError: x"],
      null,
    ],
    [
      "log lines of other threads between",
      [
        "Exception in thread Thread-1 (f):",
        "Traceback (most recent call last):",
        "2026-11-29 | INFO | x | Error: none",
        "  File",
        "google.api_core.exceptions.RetryError: Timeout",
      ],
      "thread Thread-1 (f): google.api_core.exceptions.RetryError: Timeout",
    ],
    [
      "a traceback without its end",
      ["Process SpawnProcess-2:3:", "Traceback (most recent call last):"],
      "process SpawnProcess-2:3",
    ],
    [
      "the first of several",
      [
        "Exception in thread A:",
        "Traceback (most recent call last):",
        "ValueError: 1",
        "Exception in thread B:",
        "Traceback (most recent call last):",
        "ValueError: 2",
      ],
      "thread A: ValueError: 1",
    ],
  ];
  for (const [title, given, expected] of lines) {
    test(`failed worker in a log: ${title}`, () => {
      const script = `import sys, json; sys.path.insert(0, ${JSON.stringify(join(__dirname, "..", "..", "images", "singer"))})
from runner.workers import Workers
seen = Workers()
for line in json.loads(sys.argv[1]): seen.line(line)
print(json.dumps(seen.failed))`;
      assert.equal(
        JSON.parse(
          execFileSync(PYTHON, ["-B", "-c", script, JSON.stringify(given)], { encoding: "utf8" }),
        ),
        expected,
      );
    });
  }
});

describe("target that dies while its tap has nothing to send (meltano/meltano#6272)", () => {
  for (const [how, error] of [
    [1, /^target-fake exited with 1: RuntimeError: no such bucket/],
    ["SIGKILL", /^target-fake was killed by SIGKILL, possibly out of memory/],
  ] as const) {
    test(`target that dies while the tap is silent, stream: the run fails and the tap is stopped (${how})`, () =>
      inWorkspace(async (space) => {
        const steps: readonly Step[] = [
          ["schema", "a"],
          ["records", "a", 1, 5],
          ["state", { at: 5 }],
          ["wait", NEVER],
        ];
        const code = await replicate(space, "stream", steps, {
          stopAfter: 3,
          how,
          ...(how === 1 && { say: "RuntimeError: no such bucket" }),
        });
        assert.equal(code, 11);
        assert.match(space.result().error ?? "", error);
        assert.equal(space.candidate(), undefined);
      }));
  }
});

describe("target that dies at the other end of a FIFO (meltano/meltano#6272)", () => {
  test("target that dies while the tap is silent, FIFO: the tap is stopped and both fail", () =>
    inWorkspace(async (space) => {
      const load = startFifoLoad(space, { stopAfter: 3, how: 1 });
      const extract = space.begin(
        "extract",
        ...space.tap([
          ["schema", "a"],
          ["records", "a", 1, 5],
          ["state", { at: 5 }],
          ["wait", NEVER],
        ]),
        { output: space.path("fifo"), graceSeconds: 0.5 },
      );
      assert.equal((await load.ended).code, 11);
      assert.equal((await extract.ended).code, 10);
      assert.match(
        space.result().error ?? "",
        /^tap-fake was stopped: nothing reads what it sends any more/,
      );
      assert.equal(space.candidate(), undefined);
    }));
});
