import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { JsonText } from "../../src/common/json";
import { openFolder } from "../../src/store/folder";
import type { ObjectStore } from "../../src/store/object-store";
import { writeSummary } from "../../src/store/runs/runs";
import type { RunStatus } from "../../src/store/runs/run-summary";
import { cacheRuns } from "../../src/ui/run-cache";
import { sampleRun } from "../report/support";

interface Scene {
  readonly store: ObjectStore;
  /** What was read since the last call. */
  readonly reads: () => readonly string[];
  /** Makes the folder of runs look as if nothing had changed for a while. */
  readonly settle: () => void;
}

function scene(t: TestContext): Scene {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-runs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const inner = openFolder(folder);
  let seen: string[] = [];
  return {
    store: {
      ...inner,
      get: (key) => (seen.push(key), inner.get(key)),
      listFolders: (prefix) => (seen.push(prefix), inner.listFolders(prefix)),
    },
    reads: () => {
      const before = seen;
      seen = [];
      return before;
    },
    settle: () => utimesSync(join(folder, "runs", "orders"), 1_700_000_000, 1_700_000_000),
  };
}

const runAt = (hour: number, status: RunStatus) => ({
  ...sampleRun({
    pipeline: "orders",
    started: `2026-11-25T${String(hour).padStart(2, "0")}:00:00Z`,
    status,
    seconds: 60,
    records: 1,
    error: null,
    seed: 1,
  }),
  stateAfter: JsonText.parse(`{"bookmarks":{"orders":${hour}}}`),
});

suite("runs that the console keeps", () => {
  test("runs: the runs of a pipeline whose folder has not changed are not read again", async (t) => {
    const { store, reads, settle } = scene(t);
    const cached = cacheRuns(store);
    await writeSummary(store, runAt(10, "succeeded"));
    settle();
    assert.equal((await cached("orders")).changed, true);
    assert.equal(reads().length, 2);
    assert.equal((await cached("orders")).changed, false);
    assert.deepEqual(reads(), []);
    assert.equal((await cached("orders", true)).changed, false);
    assert.deepEqual(reads(), ["runs/orders/"]);
    await writeSummary(store, runAt(11, "succeeded"));
    const { runs, changed } = await cached("orders");
    assert.deepEqual([runs.length, changed], [2, true]);
    assert.equal(reads().length, 2, "only the new run is read");
  });

  test("runs: a folder that has just changed is read again", async (t) => {
    const { store, reads } = scene(t);
    const cached = cacheRuns(store);
    await writeSummary(store, runAt(10, "succeeded"));
    await cached("orders");
    reads();
    await cached("orders");
    assert.deepEqual(reads(), ["runs/orders/"]);
  });

  test("runs: a run in progress is read again until it has ended", async (t) => {
    const { store, settle } = scene(t);
    const cached = cacheRuns(store);
    await writeSummary(store, runAt(10, "running"));
    settle();
    await cached("orders");
    await writeSummary(store, runAt(10, "succeeded"));
    settle();
    const { runs, changed } = await cached("orders");
    assert.deepEqual([runs[0]?.status, changed], ["succeeded", true]);
  });

  test("runs: only the last run keeps its state, also while the next one is in progress", async (t) => {
    const { store } = scene(t);
    await writeSummary(store, runAt(9, "succeeded"));
    await writeSummary(store, runAt(10, "succeeded"));
    await writeSummary(store, runAt(11, "running"));
    const cached = cacheRuns(store);
    const states = async () =>
      (await cached("orders")).runs.map(({ stateAfter }) => stateAfter?.text ?? null);
    assert.deepEqual((await states()).slice(1), ['{"bookmarks":{"orders":10}}', null]);
    await writeSummary(store, runAt(11, "succeeded"));
    assert.deepEqual(await states(), ['{"bookmarks":{"orders":11}}', null, null]);
  });
});
