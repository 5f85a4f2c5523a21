import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { parseProgress } from "../../src/cluster/run-progress";
import { PYTHON, RUNNER } from "./support";

/** Logs steps with the runner's own code; time passes by ten seconds a step. */
const STEPS = `
import sys
sys.path.insert(0, sys.argv[1])
from runner import progress
clock = [0.0]
progress.time.monotonic = lambda: clock[0]
logged = progress.Progress("none", print)
def step(seconds, phase, **figures):
    clock[0] += seconds
    logged.step(phase, **figures)
step(1, "extract", bytes=5, records=1)
step(9, "extract", bytes=1234567, records=1000, total=None)
step(5, "extract", bytes=1234568, records=1001)
step(5, "extract", bytes=1234567, records=1000)
step(300, "extract", bytes=1234567, records=1000, silent=300)
step(1, "load", bytes=7, total=2000)
logged.phase("load", "end")
`;

test("progress: without another style, a long phase is logged every ten seconds while it moves", () => {
  const lines = execFileSync(PYTHON, ["-c", STEPS, dirname(RUNNER)], { encoding: "utf8" })
    .trim()
    .split("\n");
  assert.deepEqual(lines, [
    "extract: 1,234,567 bytes, 1,000 records",
    "load: 7 bytes, 2,000 total",
  ]);
  const at = "2026-11-25T12:00:00.000Z";
  assert.deepEqual(
    lines.map((text) => parseProgress({ time: at, source: "runner", text })),
    [
      { phase: "extract", bytes: 1_234_567, records: 1000, at },
      { phase: "load", bytes: 7, total: 2000, at },
    ],
  );
});

test("progress: lines of connectors and other lines of the runner are none", () => {
  for (const [source, text] of [
    ["tap", "extract: 7 bytes"],
    ["runner", "extract: 7 bytes lost"],
    ["runner", "warning: extract: 7 bytes"],
  ] as const)
    assert.equal(parseProgress({ time: "", source, text }), undefined, text);
});
