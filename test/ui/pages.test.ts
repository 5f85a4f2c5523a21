import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Phase } from "../../src/cluster/objects";
import { toJsonText } from "../../src/common/json";
import { commitState } from "../../src/store/state/state";
import { writeSummary } from "../../src/store/runs/runs";
import type { Reading } from "../../src/ui/live";
import { consolePage } from "../../src/ui/page";
import { pipelinePath, runPath } from "../../src/ui/view";
import { viewOf } from "../../src/ui/views";
import type { ConsoleSource } from "../../src/ui/source";
import { NOW, sampleReadings } from "../report/support";
import { sampleSource } from "./support";

const NOTHING = new Set<never>();
const HOSTILE = `</title></script><script>alert(1)</script><img src=x onerror=alert(2)>"'\`&lt; onmouseover=alert(3) \u202egnp.exe\u0000 javascript:alert(4)`;
/** A name may not contain control characters, because it is part of keys. */
const HOSTILE_NAME = HOSTILE.replace("\u0000", "");

async function pageOf(source: ConsoleSource, path: string, rights = NOTHING): Promise<string> {
  const view = await viewOf(source, new URL(path, "http://console"), rights, NOW);
  assert.ok(view, path);
  const { place, links, live } = source;
  return consolePage({ view, events: "/events", place, links, note: live.note, csrf: undefined });
}

/** Ids of the items of a page, in order. */
async function itemsOf(source: ConsoleSource, path: string): Promise<readonly string[]> {
  const view = await viewOf(source, new URL(path, "http://console"), NOTHING, NOW);
  return view?.items.map(({ id }) => id) ?? [];
}

suite("console pages", () => {
  test("pipelines: problems come first; search and condition limit them", async (t) => {
    const source = sampleSource(t);
    assert.deepEqual((await itemsOf(source, "/")).slice(0, 3), [
      "ad-spend",
      "orders-to-warehouse",
      "inventory",
    ]);
    assert.deepEqual(await itemsOf(source, "/?find=ORDERS"), ["orders-to-warehouse"]);
    assert.deepEqual(await itemsOf(source, "/?is=suspended"), ["support-tickets"]);
    assert.deepEqual(await itemsOf(source, "/?is=suspended&find=orders"), []);
    assert.match(await pageOf(source, "/?find=nowhere"), /No pipeline matches\./);
  });

  test("pipelines: a page has a limited number, and a link to more that keeps the filter", async (t) => {
    const [first] = sampleReadings() as readonly [Reading];
    const many = Array.from({ length: 250 }, (_, index) => ({
      ...first,
      facts: { ...first.facts, name: `pipeline-${index}` },
    }));
    const source = sampleSource(t, many);
    assert.equal((await itemsOf(source, "/?find=pipeline")).length, 100);
    const page = await pageOf(source, "/?find=pipeline");
    assert.match(
      page,
      /The first 100 of 250 are shown\. <a href="\/\?find=pipeline&amp;show=600">/,
    );
    assert.equal((await itemsOf(source, "/?find=pipeline&show=600")).length, 250);
    assert.equal((await itemsOf(source, "/?show=-1")).length, 100);
  });

  test("running: it shows the progress and the speed of each run", async (t) => {
    const source = sampleSource(t);
    const run = source.live.get("clickstream", NOW)?.status.active?.run ?? "";
    const at = (second: number) => `2026-11-25T12:06:${second}Z`;
    source.live.rates.observe(run, { phase: "extract", bytes: 1000, records: 10, at: at(10) });
    source.live.rates.observe(run, { phase: "extract", bytes: 41_000, records: 50, at: at(14) });
    assert.deepEqual(await itemsOf(source, "/running"), ["clickstream"]);
    const page = await pageOf(source, "/running");
    for (const text of ["41.0 kB", "10.0 kB/s", "10/s", ">extract<", ">7 min<"])
      assert.ok(page.includes(text), text);
  });

  test("timeline: pipelines that ran in the time, with their failures", async (t) => {
    const source = sampleSource(t);
    const names = await itemsOf(source, "/timeline");
    assert.ok(names.includes("payments") && !names.includes("returns"));
    assert.ok(!names.includes("support-tickets"), "its last run was two days ago");
    assert.ok((await itemsOf(source, "/timeline?hours=168")).includes("support-tickets"));
    assert.match(await pageOf(source, "/timeline?find=orders"), /aria-label="20 runs, 4 failed"/);
  });

  test("next runs: the soonest comes first; suspended pipelines have none", async (t) => {
    const names = await itemsOf(sampleSource(t), "/next");
    assert.equal(names[0], "orders-to-warehouse");
    assert.ok(!names.includes("support-tickets"));
  });

  test("schema changes: newest first, with the policy", async (t) => {
    const change = {
      stream: "orders",
      change: "added",
      column: "discount",
      before: null,
      after: "number",
      text: "column discount added (number)",
      policy: "warn",
    } as const;
    const readings = sampleReadings().map(({ facts, runs }) => ({
      facts,
      runs: runs.map((run, index) => (index === 1 ? { ...run, schemaChanges: [change] } : run)),
    }));
    const source = sampleSource(t, readings);
    const ids = (await itemsOf(source, "/schemas")).map((id) => id.split(" ")[1] ?? "");
    assert.ok(ids.length > 5);
    assert.deepEqual(ids, [...ids].sort().reverse());
    assert.match(
      await pageOf(source, "/schemas?find=payments"),
      /column discount added \(number\)<\/td><td>warn/,
    );
  });

  test("pipeline: runs link to their pages; state and history show what can be restored", async (t) => {
    const source = sampleSource(t);
    const envelope = (run: string, value: number) => ({
      version: 1 as const,
      pipeline: "payments",
      run,
      tap: "tap-postgres",
      target: "target-csv",
      destination: "d",
      time: "2026-11-25T11:00:00Z",
      state: toJsonText({
        bookmarks: { payments: { replication_key: "id", replication_key_value: value } },
      }),
    });
    await commitState(source.store, envelope("20261125T100000Z-000001", 7));
    await commitState(source.store, envelope("20261125T110000Z-000002", 9));
    const path = pipelinePath("payments");
    const page = await pageOf(source, path);
    assert.match(page, /href="\/pipelines\/payments\/runs\/20261125T120000Z-000000"/);
    assert.match(page, /&quot;replication_key_value&quot;: 9/);
    assert.match(page, /id 7/);
    assert.doesNotMatch(page, /data-action/);
    const view = await viewOf(source, new URL(path, "http://c"), new Set(["rollback"]), NOW);
    const state = view?.items.find(({ id }) => id === "state")?.content.markup ?? "";
    assert.deepEqual(
      [...state.matchAll(/data-run="([^"]+)">Restore/g)].map(([, run]) => run),
      ["20261125T100000Z-000001"],
      "the current state cannot be restored",
    );
  });

  test("run: it shows result, files and the address of the log", async (t) => {
    const source = sampleSource(t);
    const run = source.live.get("orders-to-warehouse", NOW)?.runs[0];
    assert.ok(run);
    await writeSummary(source.store, run);
    const page = await pageOf(source, runPath(run.pipeline, run.run));
    assert.match(page, /column &quot;discount&quot; of relation/);
    assert.match(page, /summary\.json<\/td>/);
    assert.match(
      page,
      /data-log="\/log\?pipeline=orders-to-warehouse&amp;run=20261125T120000Z-000000"/,
    );
  });

  test("console: hostile texts add no elements and no attributes to any page", async (t) => {
    const readings = sampleReadings().map(({ facts, runs }) => ({
      facts: {
        ...facts,
        name: HOSTILE_NAME + facts.name,
        timezone: "UTC",
        invalid: HOSTILE,
        last: facts.last && { ...facts.last, error: HOSTILE },
      },
      runs: runs.map((run) => ({
        ...run,
        pipeline: HOSTILE_NAME + facts.name,
        started: run.status === "running" ? run.started : HOSTILE,
        error: HOSTILE,
        warnings: [HOSTILE],
        leftOut: [HOSTILE],
        schemaChanges: [
          {
            stream: HOSTILE,
            change: "key",
            column: "",
            before: null,
            after: null,
            text: HOSTILE,
            policy: "warn",
          } as const,
        ],
      })),
      about: { description: HOSTILE, owner: HOSTILE, connectors: HOSTILE },
    }));
    const plain = sampleSource(t, readings);
    const source: ConsoleSource = {
      ...plain,
      place: HOSTILE,
      links: [{ name: HOSTILE, url: "http://localhost:1" }],
      steps: () =>
        Promise.resolve([{ step: HOSTILE, phase: HOSTILE as Phase, seconds: 1, message: HOSTILE }]),
    };
    source.live.note = HOSTILE;
    const name = `${HOSTILE_NAME}clickstream`;
    const active = source.live.get(name, NOW)?.status.active?.run ?? "";
    for (const path of [
      "/",
      "/running",
      "/timeline",
      "/next",
      "/schemas",
      `/?find=${encodeURIComponent(HOSTILE)}`,
      pipelinePath(name),
      runPath(name, active),
    ]) {
      const page = await pageOf(source, path);
      const scripts = [...page.matchAll(/<(script|img|iframe|style)\b[^>]*>/gi)].map(
        ([tag]) => tag,
      );
      assert.deepEqual(scripts, ['<script src="/console.js" defer>'], path);
      assert.doesNotMatch(page, /\u202e|\u0000/, path);
      const bare = page.replaceAll(/"[^"]*"/g, "");
      assert.deepEqual(bare.match(/<[^>]*\son\w+=/g), null, `${path}: no attribute is added`);
      assert.ok(page.includes("alert(1)"), `${path}: the text is shown`);
    }
  });
});
