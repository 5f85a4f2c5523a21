import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { runPipeline } from "../../src/run/run";
import { listRuns } from "../../src/store/runs/runs";
import { backend } from "../images/lineage/backend";
import { fakeContext, fakePipeline, temporaryFolder } from "./support";

/** Sets variables for one test. */
function setEnvironment(t: TestContext, variables: { readonly [name: string]: string }): void {
  for (const [name, value] of Object.entries(variables)) {
    process.env[name] = value;
    t.after(() => delete process.env[name]);
  }
}

suite("lineage of local runs", () => {
  for (const mode of ["artifact", "stream"] as const)
    test(`lineage of a local run in ${mode} mode: START and COMPLETE with rows and files`, async (t) => {
      const folder = temporaryFolder(t);
      const { url, events } = await backend(t);
      setEnvironment(t, { OPENLINEAGE_URL: url, no_proxy: "127.0.0.1" });
      const context = await fakeContext(folder);
      const entry = fakePipeline(folder, { rows: 25 }, {}, { owner: "data" });
      const summary = await runPipeline(context, entry, { mode });
      assert.deepEqual([summary.status, summary.warnings], ["succeeded", []]);
      const [first, last] = events.map(({ body }) => body);
      assert.deepEqual(
        [events.length, first?.eventType, last?.eventType],
        [2, "START", "COMPLETE"],
      );
      assert.deepEqual(
        [first?.run.runId, first?.eventTime, last?.eventTime],
        [last?.run.runId, summary.started, summary.ended],
      );
      const [output] = last?.outputs ?? [];
      assert.equal(output?.namespace, "file");
      assert.match(output?.name ?? "", /^\/.*\/runs\/events\/output\/events$/);
      assert.equal(output?.outputFacets?.["outputStatistics"]?.["rowCount"], 25);
      const columns = [{ name: "id", type: "integer" }];
      assert.deepEqual(output.facets["schema"]?.["fields"], columns);
    });

  test("lineage of a local run: the days of a backfill are its nominal time, and in its summary", async (t) => {
    const folder = temporaryFolder(t);
    const { url, events } = await backend(t);
    setEnvironment(t, { OPENLINEAGE_URL: url, no_proxy: "127.0.0.1" });
    const context = await fakeContext(folder);
    const window = { from: "2026-01-01", to: "2026-02-01" };
    await runPipeline(context, fakePipeline(folder, { rows: 3 }), { window, trigger: "backfill" });
    for (const { body } of events) {
      const facet = body.run.facets["nominalTime"];
      assert.deepEqual(
        [facet?.["nominalStartTime"], facet?.["nominalEndTime"]],
        ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"],
      );
    }
    const [stored] = await listRuns(context.store, "events", 1);
    assert.deepEqual([events.length, stored?.window], [2, window]);
  });

  test("lineage of a local run: a failure sends FAIL with the error", async (t) => {
    const folder = temporaryFolder(t);
    const { url, events } = await backend(t);
    setEnvironment(t, { OPENLINEAGE_URL: url, no_proxy: "127.0.0.1" });
    const entry = fakePipeline(folder, { rows: 9, fail_after: 3 }, {}, { retries: { limit: 0 } });
    const summary = await runPipeline(await fakeContext(folder), entry);
    const last = events.at(-1)?.body;
    assert.equal(last?.eventType, "FAIL");
    assert.equal(last.run.facets["errorMessage"]?.["message"], summary.error);
  });

  test("lineage of a local run: a backend that rejects the events is a warning of the run", async (t) => {
    const folder = temporaryFolder(t);
    const { url } = await backend(t, 500);
    setEnvironment(t, { OPENLINEAGE_URL: url, no_proxy: "127.0.0.1" });
    const context = await fakeContext(folder);
    const summary = await runPipeline(context, fakePipeline(folder, { rows: 3 }));
    assert.equal(summary.status, "succeeded");
    const expected = ["START", "COMPLETE"].map(
      (kind) => `lineage: ${kind} was not delivered: HTTP 500`,
    );
    assert.deepEqual(summary.warnings, expected);
    const [stored] = await listRuns(context.store, "events", 1);
    assert.deepEqual(stored?.warnings, expected);
  });
});
