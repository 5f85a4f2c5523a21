import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileKey, runPrefix, runsPrefix } from "../../src/store/keys";
import { acquireLease } from "../../src/store/lease/lease";
import { ObjectStore } from "../../src/store/object-store";
import { closeAbandonedRuns, listRuns, readSummary, writeSummary } from "../../src/store/runs/runs";
import { RunStatus, RunSummary } from "../../src/store/runs/run-summary";
import { prune, PrunePolicy } from "../../src/store/runs/prune";
import { describeStores } from "./stores";
import { JsonText } from "../../src/common/json";

const runOfDay = (day: number): string =>
  `202611${String(day).padStart(2, "0")}T060000Z-00000${day % 10}`;

const summary = (run: string, status: RunStatus = "succeeded"): RunSummary => ({
  version: 1,
  pipeline: "orders",
  run,
  mode: "artifact",
  trigger: "manual",
  started: "2026-11-23T06:00:00Z",
  ended: status === "running" ? null : "2026-11-23T06:00:01Z",
  seconds: status === "running" ? null : 1,
  status,
  code: status === "running" ? null : 0,
  error: null,
  warnings: [],
  attempts: { extract: 1, load: 1 },
  streams: [{ stream: "orders", records: 3 }],
  records: 3,
  bytes: 300,
  badLines: 0,
  tap: { name: "tap-postgres", version: "1.0.0" },
  target: { name: "target-csv", version: "0.3.0" },
  stateBefore: null,
  stateAfter: JsonText.parse('{"id": 12345678901234567890, "f": 1.10}'),
  stateCommitted: true,
  outputs: [{ path: "orders.csv", bytes: 200 }],
  host: "laptop",
});

/** A run of a day of November 2026 with a log; `killed` has no summary. */
async function addRun(
  store: ObjectStore,
  day: number,
  status: RunStatus | "killed",
): Promise<void> {
  const run = runOfDay(day);
  await store.put(runFileKey("orders", run, "tap.log"), "");
  if (status !== "killed") {
    await writeSummary(store, summary(run, status));
  }
}

describeStores("runs", (fresh) => {
  const left = (store: ObjectStore): Promise<readonly string[]> =>
    store.listFolders(runsPrefix("orders"));

  test("run summaries: they are read as written, replaced, and undefined before", async () => {
    const store = fresh();
    const run = runOfDay(1);
    assert.equal(await readSummary(store, "orders", run), undefined);
    await writeSummary(store, summary(run, "running"));
    await writeSummary(store, summary(run));
    assert.deepEqual(await readSummary(store, "orders", run), summary(run));
    await store.put(runFileKey("orders", run, "summary.json"), "{");
    await assert.rejects(
      readSummary(store, "orders", run),
      /summary.json in \S+ is not a summary of version 1/,
    );
  });

  test("list of runs: the newest come first, and only their summaries are read", async () => {
    const store = fresh();
    for (const day of [3, 1, 2, 5]) {
      await addRun(store, day, "succeeded");
    }
    await addRun(store, 4, "killed");
    await store.put("runs/orders/notes/readme", "not a run");
    const read: string[] = [];
    const forbidden = (): Promise<never> => Promise.reject(new Error("listed every object"));
    const watched: ObjectStore = {
      ...store,
      list: forbidden,
      get: async (key) => (read.push(key), store.get(key)),
    };
    const runs = await listRuns(watched, "orders", 3);
    assert.deepEqual(
      runs.map(({ run }) => run),
      [runOfDay(5), runOfDay(3)],
    );
    assert.deepEqual(
      read.sort(),
      [3, 4, 5].map((day) => runFileKey("orders", runOfDay(day), "summary.json")),
    );
    assert.deepEqual(await listRuns(store, "customers", 3), []);
  });

  test("killed runs: they are marked, back to the last that ended", async () => {
    const store = fresh();
    await addRun(store, 1, "running");
    await addRun(store, 2, "failed");
    await addRun(store, 3, "running");
    await addRun(store, 4, "killed");
    await addRun(store, 5, "running");
    assert.deepEqual(await closeAbandonedRuns(store, "orders"), [runOfDay(5), runOfDay(3)]);
    const marked = await readSummary(store, "orders", runOfDay(3));
    assert.equal(marked?.status, "interrupted");
    assert.match(marked?.error ?? "", /killed/);
    assert.deepEqual(await closeAbandonedRuns(store, "orders"), []);
  });

  interface PruneCase {
    readonly what: string;
    readonly runs: Readonly<Record<number, RunStatus | "killed">>;
    readonly policy: PrunePolicy;
    readonly pruned: readonly number[];
  }
  const now = new Date("2026-11-09T12:00:00Z");
  const table: readonly PruneCase[] = [
    {
      what: "it deletes nothing if there are no runs",
      runs: {},
      policy: { keep: 1, maxAgeDays: 1 },
      pruned: [],
    },
    {
      what: "it keeps runs within the limits",
      runs: { 7: "succeeded", 8: "succeeded" },
      policy: { keep: 2, maxAgeDays: 30 },
      pruned: [],
    },
    {
      what: "it deletes runs beyond the count",
      runs: { 5: "failed", 6: "succeeded", 7: "succeeded", 8: "succeeded" },
      policy: { keep: 2, maxAgeDays: 30 },
      pruned: [6, 5],
    },
    {
      what: "it deletes runs that are too old",
      runs: { 1: "succeeded", 6: "succeeded", 8: "succeeded" },
      policy: { keep: 10, maxAgeDays: 4 },
      pruned: [1],
    },
    {
      what: "it keeps the newest run, whatever its age",
      runs: { 1: "failed", 2: "succeeded" },
      policy: { keep: 0, maxAgeDays: 0 },
      pruned: [1],
    },
    {
      what: "it keeps the newest successful run",
      runs: { 1: "succeeded", 2: "succeeded", 3: "failed", 4: "failed" },
      policy: { keep: 1, maxAgeDays: 30 },
      pruned: [3, 1],
    },
    {
      what: "it deletes killed runs",
      runs: { 1: "killed", 2: "running", 8: "succeeded" },
      policy: { keep: 1, maxAgeDays: 30 },
      pruned: [2, 1],
    },
    {
      what: "it keeps the newest run if none succeeded",
      runs: { 1: "failed", 2: "killed", 3: "interrupted" },
      policy: { keep: 1, maxAgeDays: 30 },
      pruned: [2, 1],
    },
  ];
  for (const { what, runs, policy, pruned } of table) {
    test(`prune: ${what}`, async () => {
      const store = fresh();
      for (const [day, status] of Object.entries(runs)) {
        await addRun(store, Number(day), status);
      }
      assert.deepEqual(await prune(store, "orders", policy, now), pruned.map(runOfDay));
      const kept = Object.keys(runs)
        .map(Number)
        .filter((day) => !pruned.includes(day));
      assert.deepEqual(await left(store), kept.map(runOfDay));
    });
  }

  test("prune: it keeps a run that holds the lease, until it is released", async () => {
    const store = fresh();
    await addRun(store, 1, "killed");
    await addRun(store, 2, "failed");
    await addRun(store, 8, "succeeded");
    const lease = await acquireLease(store, "orders", { run: runOfDay(1) });
    const policy = { keep: 1, maxAgeDays: 30 };
    assert.deepEqual(await prune(store, "orders", policy, now), [runOfDay(2)]);
    await lease.release();
    assert.deepEqual(await prune(store, "orders", policy, now), [runOfDay(1)]);
    assert.deepEqual(await store.list(runPrefix("orders", runOfDay(1))), []);
  });
});
