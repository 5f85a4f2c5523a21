import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { readClusterPipelines } from "../../src/ui/cluster-source";
import { runIdOf } from "../../src/cluster/run-id";
import { commandsFor } from "../../src/common/commands";
import { UserError } from "../../src/common/errors";
import { definePipelines } from "../../src/model/define";
import { openFolder } from "../../src/store/folder";
import type { ObjectStore } from "../../src/store/object-store";
import { writeSummary } from "../../src/store/runs/runs";
import { livePipelines } from "../../src/ui/live";
import { localConsole } from "../../src/ui/local-console";
import { readLocalPipelines } from "../../src/ui/local-source";
import { measureRates } from "../../src/ui/rates";
import { cronWorkflow, standIn, workflow } from "../cluster/support";
import { sampleReadings, sampleRun } from "../report/support";
import { eventsUntil, openConsole, sampleSource } from "./support";

interface Update {
  readonly order: readonly string[];
  readonly items: readonly string[];
  readonly note?: string | null;
}

/** Address of the log of a run. */
const LOG = "/log?pipeline=payments&run=20261125T120000Z-000000";
const START = "2026-11-25T12:00:00Z";

suite("console updates", () => {
  test("updates: first everything, then only what changed, and the new order", async (t) => {
    const source = sampleSource(t);
    const console = await openConsole(t, source);
    let seen = 0;
    const found = await eventsUntil(console, "/events?page=/", () => {
      seen += 1;
      if (seen > 1) return true;
      const fresh = sampleReadings().find(({ facts }) => facts.name === "payments");
      assert.ok(fresh);
      const last = { ...fresh.facts, failures: 2 };
      source.live.set({ ...fresh, facts: last });
      source.live.changed();
      return false;
    });
    const [first, second] = found as readonly [Update, Update];
    assert.equal(first.items.length, 10);
    assert.equal(second.items.length, 1);
    assert.match(second.items[0] ?? "", /data-id="payments".*failed 2 times in a row/s);
    assert.ok(second.order.indexOf("payments") < first.order.indexOf("payments"));
  });

  test("updates: what cannot be read is shown on the page", async (t) => {
    const source = sampleSource(t);
    source.live.note = "Incomplete: the store does not answer.";
    const console = await openConsole(t, source);
    const [first] = (await eventsUntil(console, "/events?page=/running", () => true)) as [Update];
    assert.equal(first.note, "Incomplete: the store does not answer.");
  });

  test("updates: a reader that leaves is removed", async (t) => {
    const source = sampleSource(t);
    const console = await openConsole(t, source);
    await eventsUntil(console, "/events?page=/", () => source.live.isWatched);
    for (let waited = 0; source.live.isWatched; waited += 1) {
      assert.ok(waited < 200, "it is still watched");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  });

  test("log: lines arrive together, then the end; hostile text stays text", async (t) => {
    const source = sampleSource(t);
    const lines = [
      { time: START, source: "tap", text: "<script>alert(1)</script>\u2028data: x" },
      { time: START, source: "target", text: "event: end" },
    ];
    const console = await openConsole(t, {
      ...source,
      followLog: ({ onLine }) => Promise.resolve(lines.forEach(onLine)),
    });
    const found = await eventsUntil(console, LOG, (_, name) => name === "end");
    assert.deepEqual(found, [lines, "The log is complete."]);
  });

  test("log: of a long log, the last lines are sent", async (t) => {
    const console = await openConsole(t, {
      ...sampleSource(t),
      followLog: ({ onLine }) => {
        for (let line = 0; line < 30_000; line += 1)
          onLine({ time: START, source: "tap", text: String(line) });
        return Promise.resolve();
      },
    });
    const [lines] = (await eventsUntil(console, LOG, () => true)) as [
      readonly { readonly text: string }[],
    ];
    assert.equal(lines.length, 5001);
    assert.equal(lines[0]?.text, "25000 earlier lines are not shown");
    assert.equal(lines.at(-1)?.text, "29999");
  });

  test("log: an error ends it with its message", async (t) => {
    const console = await openConsole(t, {
      ...sampleSource(t),
      followLog: () => Promise.reject(new UserError('"a" has no run b.')),
    });
    const found = await eventsUntil(console, LOG, (_, name) => name === "end");
    assert.deepEqual(found, ['"a" has no run b.']);
  });
});

/** A store of a project with two pipelines. */
function localScene(t: TestContext): {
  readonly store: ObjectStore;
  readonly entries: ReturnType<typeof definePipelines>;
  readonly signal: AbortSignal;
} {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-ui-"));
  const stop = new AbortController();
  t.after(() => {
    stop.abort();
    rmSync(folder, { recursive: true, force: true });
  });
  const entries = ["orders", "rates"].map((name) => ({
    name,
    schedule: "0 6 * * *",
    tap: { connector: { name: "tap-a" }, config: {} },
    target: { connector: { name: "target-b" }, config: {} },
  })) as unknown as ReturnType<typeof definePipelines>;
  return { store: openFolder(folder), entries, signal: stop.signal };
}

const SAMPLE = {
  pipeline: "orders",
  started: START,
  status: "succeeded",
  seconds: null,
  records: 1,
  error: null,
  seed: 1,
} as const;
const run = (status: "running" | "succeeded") => sampleRun({ ...SAMPLE, status });

suite("console of a local store", () => {
  test("local runs: a run, its progress and its end are noticed", async (t) => {
    const { store, entries, signal } = localScene(t);
    const live = livePipelines(entries);
    await readLocalPipelines(live, store, entries, signal);
    assert.equal(live.get("orders", new Date())?.status.condition, "never ran");
    const changed = () =>
      new Promise<void>((resolve) => {
        const release = live.onChange(() => (release(), resolve()));
      });
    let next = changed();
    await writeSummary(store, {
      ...run("running"),
      progress: { phase: "extract", bytes: 7, at: START },
    });
    await next;
    assert.equal(live.get("orders", new Date())?.status.condition, "running");
    assert.equal(live.rates.progressOf(run("running").run)?.bytes, 7);
    next = changed();
    await writeSummary(store, run("succeeded"));
    await next;
    assert.equal(live.get("orders", new Date())?.status.condition, "ok");
    assert.equal(live.rates.progressOf(run("running").run), undefined);
  });

  test("local runs: a run that never ended is dropped when the next one starts", async (t) => {
    const { store, entries, signal } = localScene(t);
    const live = livePipelines(entries);
    t.after(live.onChange(() => undefined));
    const progress = { phase: "extract", bytes: 7, at: START } as const;
    const killed = run("running");
    await writeSummary(store, { ...killed, progress });
    await readLocalPipelines(live, store, entries, signal);
    assert.ok(live.rates.progressOf(killed.run));
    const next = { ...killed, run: "20261125T130000Z-000002", started: "2026-11-25T13:00:00Z" };
    await writeSummary(store, { ...next, progress });
    for (let waited = 0; live.rates.progressOf(killed.run) !== undefined; waited += 1) {
      assert.ok(waited < 400, "the run is still remembered");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.ok(live.rates.progressOf(next.run));
  });

  test("local runs: pages start with the newest run of each pipeline, and earlier runs follow", async (t) => {
    const { store, entries, signal } = localScene(t);
    const started = (hour: number) => `2026-11-25T0${hour}:00:00Z`;
    for (const hour of [1, 2, 3])
      await writeSummary(store, sampleRun({ ...SAMPLE, started: started(hour), seed: hour }));
    const live = livePipelines(entries);
    await readLocalPipelines(live, store, entries, signal);
    const hours = () => live.get("orders", new Date())?.runs.map((one) => one.started);
    assert.deepEqual(hours(), [started(3)]);
    await new Promise<void>((resolve) => {
      const release = live.onChange(() => (release(), resolve()));
    });
    assert.deepEqual(hours(), [3, 2, 1].map(started));
  });

  test("local runs: a log is followed until the run ends", async (t) => {
    const { store, entries, signal } = localScene(t);
    const source = await localConsole({ store, entries, commands: commandsFor(), signal });
    await writeSummary(store, run("running"));
    const file = `runs/orders/${run("running").run}/tap.log`;
    await store.put(file, "2026-11-25T12:00:01.000Z tap | one\n");
    const lines: string[] = [];
    await source.followLog({
      pipeline: "orders",
      run: run("running").run,
      signal,
      onNote: () => undefined,
      onLine: ({ text }) => {
        lines.push(text);
        if (lines.length > 1) return;
        void store
          .put(file, "2026-11-25T12:00:01.000Z tap | one\n2026-11-25T12:00:02.000Z tap | two\n")
          .then(() => writeSummary(store, run("succeeded")));
      },
    });
    assert.deepEqual(lines, ["one", "two"]);
  });
});

suite("console of a cluster", () => {
  // airbytehq/airbyte#16652: what is kept of each run grows without end.
  test("cluster runs: what is known of ended runs and of deleted pipelines is forgotten", async (t) => {
    const { api, connect } = await standIn(t);
    const { store, signal } = localScene(t);
    const connection = await connect();
    const live = livePipelines([]);
    t.after(live.onChange(() => undefined));
    const first = new AbortController();
    const args = { connection, store, entries: [] };
    const run = workflow("orders-1", "orders", "Running");
    api.put("cronworkflows", cronWorkflow("orders"));
    api.put("cronworkflows", cronWorkflow("rates"));
    api.put("workflows", run);
    await readClusterPipelines(live, { ...args, signal: first.signal });
    const id = runIdOf(run.metadata);
    live.rates.observe(id, { phase: "extract", bytes: 7, at: START });
    assert.deepEqual(
      live.all(new Date()).map(({ status }) => status.name),
      ["orders", "rates"],
    );
    api.remove("workflows", "orders-1");
    for (let waited = 0; live.rates.progressOf(id) !== undefined; waited += 1) {
      assert.ok(waited < 400, "the run is still remembered");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    first.abort();
    api.remove("cronworkflows", "rates");
    await readClusterPipelines(live, { ...args, signal });
    assert.deepEqual(
      live.all(new Date()).map(({ status }) => status.name),
      ["orders"],
    );
  });
});

test("rates: speed is measured within a phase, over the last figures", () => {
  const rates = measureRates();
  const at = (second: number) => `2026-11-25T12:00:${String(second).padStart(2, "0")}Z`;
  rates.observe("a", { phase: "extract", bytes: 0, records: 0, at: at(0) });
  assert.equal(rates.rateOf("a"), undefined);
  rates.observe("a", { phase: "extract", bytes: 100, records: 10, at: at(10) });
  assert.deepEqual(rates.rateOf("a"), { bytes: 10, records: 1 });
  rates.observe("a", { phase: "extract", bytes: 1100, records: 10, at: at(30) });
  assert.deepEqual(rates.rateOf("a"), { bytes: 50, records: 0 });
  rates.observe("a", { phase: "load", bytes: 5, at: at(31) });
  assert.equal(rates.rateOf("a"), undefined, "the next phase counts from its start");
  rates.observe("a", { phase: "load", bytes: 25, at: at(33) });
  assert.deepEqual(rates.rateOf("a"), { bytes: 10, records: undefined });
  rates.forget("a");
  assert.equal(rates.progressOf("a"), undefined);
});
