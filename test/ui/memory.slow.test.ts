import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { openFolder } from "../../src/store/folder";
import type { ObjectStore } from "../../src/store/object-store";
import { writeSummary } from "../../src/store/runs/runs";
import { cliEnvironment, makeProject } from "../cli/support";
import { sampleRun } from "../report/support";
import { startConsole } from "../support/console-process";
import { memoryOf, reportingMemory } from "../support/heap";
import { enter, eventsUntil, type OpenConsole } from "./support";

/** Pipelines of the project, and rounds before the first and the last look at the memory. */
const PIPELINES = 8;
const ROUNDS = { first: 10, last: 40 } as const;
/** Most memory that the rounds between the two looks may leave behind, in bytes. */
const MOST = 1 << 20;
/** Runs of a pipeline that are kept, as by the default of `tapctl prune`. */
const KEPT = 20;
const LOG_LINES = 2000;

/** A console in a process of its own. */
interface Running extends OpenConsole {
  /** Bytes in use after a collection of garbage. */
  readonly memory: () => Promise<number>;
}

async function openProcess(t: TestContext, root: string): Promise<Running> {
  const { child, url, stop } = await startConsole(root, {
    node: reportingMemory(root),
    messages: true,
    env: cliEnvironment(),
  });
  t.after(stop);
  return { ...(await enter(url)), memory: () => memoryOf(child) };
}

const names = Array.from({ length: PIPELINES }, (_, index) => `orders-${index}`);

interface Scene {
  readonly store: ObjectStore;
  /** Folder of the store. */
  readonly folder: string;
  readonly console: OpenConsole;
}

/** A run of each pipeline begins, is shown, and ends; the oldest one is deleted. */
async function runAll({ store, folder, console }: Scene, round: number): Promise<void> {
  const startedAt = startOf(round);
  const summary = (pipeline: string, at: number, isRunning: boolean) =>
    sampleRun({
      pipeline,
      started: startOf(at),
      status: isRunning ? "running" : "succeeded",
      seconds: isRunning ? null : 30,
      records: 1000,
      error: null,
      seed: at,
    });
  const isShown = (count: number) =>
    eventsUntil(
      console,
      "/events?page=/running",
      (data) => (data as { readonly order: readonly string[] }).order.length === count,
    );
  for (const pipeline of names) {
    const progress = { phase: "extract", bytes: round, at: startedAt } as const;
    await writeSummary(store, { ...summary(pipeline, round, true), progress });
  }
  await isShown(names.length);
  for (const pipeline of names) {
    const ended = summary(pipeline, round, false);
    const lines = Array.from(
      { length: LOG_LINES },
      (_, line) => `${startedAt} tap | line ${line} of round ${round}\n`,
    );
    await store.put(`runs/${pipeline}/${ended.run}/tap.log`, lines.join(""));
    await writeSummary(store, ended);
    if (round < KEPT) continue;
    const { run: oldest } = summary(pipeline, round - KEPT, false);
    rmSync(join(folder, "runs", pipeline, oldest), { recursive: true, force: true });
  }
  await isShown(0);
}

/** When the runs of a round start. */
function startOf(round: number): string {
  return new Date(Date.UTC(2026, 10, 1, 0, round)).toISOString().replace(".000Z", "Z");
}

/** Opens pages and a log as a browser does, and leaves each after its first update. */
async function lookAround(console: OpenConsole, round: number): Promise<void> {
  const pipeline = names[round % names.length] ?? "";
  const run = `${startOf(round).replaceAll(/[-:]/g, "")}-${round.toString(16).padStart(6, "0")}`;
  const pages = [
    "/",
    "/running",
    "/timeline?hours=168",
    "/next",
    `/pipelines/${pipeline}`,
    `/pipelines/${pipeline}/runs/${run}`,
  ];
  for (const page of pages) assert.equal((await console.read(page)).status, 200, page);
  await Promise.all([
    ...pages.map((page) =>
      eventsUntil(console, `/events?${new URLSearchParams({ page }).toString()}`, () => true),
    ),
    eventsUntil(console, `/log?pipeline=${pipeline}&run=${run}`, (_, name) => name === "end"),
  ]);
}

suite("memory of the console", () => {
  // airbytehq/airbyte#16652: memory grew with each sync and each log line, and was never given back.
  test("memory of the console: runs, open pages and followed logs leave nothing behind", async (t) => {
    const root = makeProject(
      t,
      JSON.stringify(names.map((name) => ({ name, schedule: "0 6 * * *" }))).replaceAll(
        "}",
        ', tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) }',
      ),
    );
    const folder = join(root, ".tapctl", "store");
    const store = openFolder(folder);
    const console = await openProcess(t, root);
    let first = 0;
    for (let round = 0; round <= ROUNDS.last; round += 1) {
      await runAll({ store, folder, console }, round);
      await lookAround(console, round);
      if (round === ROUNDS.first) first = await console.memory();
      if (round % 10 === 0) t.diagnostic(`round ${round}: ${await console.memory()} bytes`);
    }
    const last = await console.memory();
    assert.ok(last - first < MOST, `${first} bytes became ${last}`);
  });
});
