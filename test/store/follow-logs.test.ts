import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { openFolder } from "../../src/store/folder";
import type { ObjectStore } from "../../src/store/object-store";
import { followStoredLogs } from "../../src/store/runs/follow-logs";
import { writeSummary } from "../../src/store/runs/runs";
import { sampleRun } from "../report/support";

const run = (status: "running" | "succeeded") =>
  sampleRun({
    pipeline: "orders",
    started: "2026-11-25T12:00:00Z",
    status,
    seconds: null,
    records: 1,
    error: null,
    seed: 1,
  });
const FILE = `runs/orders/${run("running").run}/tap.log`;

/** A store with a run in progress, and a function that appends to the log of its tap. */
function scene(t: TestContext): {
  readonly store: ObjectStore;
  readonly append: (text: string) => void;
} {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-follow-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(dirname(join(folder, FILE)), { recursive: true });
  return {
    store: openFolder(folder),
    append: (text) => appendFileSync(join(folder, FILE), text),
  };
}

/** Follows the log; after each new line, the next step is taken. */
async function follow(
  store: ObjectStore,
  steps: readonly (() => Promise<void> | void)[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  await followStoredLogs(store, "orders", undefined, ["tap", "target"], ({ time, text }) => {
    lines.push(`${time.slice(17, 19)} ${text}`);
    void steps[lines.length - 1]?.();
  });
  return lines;
}

const line = (second: number, text: string) => `2026-11-25T12:00:0${second}.000Z tap | ${text}`;

suite("following stored logs", () => {
  test("follow: of a growing log, only what was added is read", async (t) => {
    const { store, append } = scene(t);
    await writeSummary(store, run("running"));
    append(`${line(1, "one")}\n`);
    const read: string[] = [];
    const watched = { ...store, get: (key: string) => (read.push(key), store.get(key)) };
    const lines = await follow(watched, [
      () => append(`${line(2, "two")}\n`),
      () => append("without a time\n"),
      () => writeSummary(store, run("succeeded")),
    ]);
    assert.deepEqual(lines, ["01 one", "02 two", "02 without a time"]);
    assert.ok(!read.includes(FILE), "the log is not read as a whole");
  });

  test("follow: a line that is still being written is reported when it is complete", async (t) => {
    const { store, append } = scene(t);
    await writeSummary(store, run("running"));
    append(`${line(1, "one")}\n${line(2, "tw")}`);
    const lines = await follow(store, [
      () => void setTimeout(() => append(`o\n${line(3, "the end")}`), 700),
      () => writeSummary(store, run("succeeded")),
    ]);
    assert.deepEqual(lines, ["01 one", "02 two", "03 the end"]);
  });

  test("follow: a long log is read in parts, without a lost line", async (t) => {
    const { store, append } = scene(t);
    const count = 60_000;
    append(
      Array.from(
        { length: count },
        (_, number) => `${line(1, `${number} ${"é".repeat(40)}`)}\n`,
      ).join(""),
    );
    await writeSummary(store, run("succeeded"));
    const lines = await follow(store, []);
    assert.equal(lines.length, count);
    assert.ok(lines.every((text, index) => text === `01 ${index} ${"é".repeat(40)}`));
  });
});
