import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { runPipeline } from "../../src/run/run";
import { metricsOf, receiver, spansOf, treeOf, type Receiver } from "../images/telemetry/receiver";
import { fakeContext, fakePipeline, temporaryFolder } from "./support";

/** Points this process to a receiver for one test. */
function useReceiver(t: TestContext, { url }: Pick<Receiver, "url">): void {
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: url, no_proxy: "127.0.0.1" };
  for (const [name, value] of Object.entries(variables)) {
    process.env[name] = value;
    t.after(() => delete process.env[name]);
  }
}

/** Waits for the trace and the metrics, which may arrive after the run. */
async function both(received: Receiver): Promise<void> {
  while (received.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
}

suite("telemetry of local runs", () => {
  for (const [mode, steps] of [
    ["artifact", ["extract", "load", "commit"]],
    ["stream", ["stream", "commit"]],
  ] as const)
    test(`telemetry of a local run in ${mode} mode: its steps and its records`, async (t) => {
      const folder = temporaryFolder(t);
      const received = await receiver(t);
      useReceiver(t, received);
      const entry = fakePipeline(folder, { rows: 25 });
      const summary = await runPipeline(await fakeContext(folder), entry, { mode });
      assert.equal(summary.status, "succeeded");
      await both(received);
      const spans = spansOf(received);
      const [root] = treeOf(spans) as readonly (readonly unknown[])[];
      assert.deepEqual(root?.slice(0, 2), ["run events", "ok"]);
      const children = root.slice(2) as readonly (readonly unknown[])[];
      assert.deepEqual(
        children.map(([name, status]) => [name, status]),
        steps.map((name) => [name, "ok"]),
      );
      const [first] = spans;
      assert.deepEqual(
        [first?.startTimeUnixNano, first?.endTimeUnixNano],
        [summary.started, summary.ended].map((time) => `${Date.parse(time ?? "")}000000`),
      );
      const records = metricsOf(received).find(({ name }) => name === "tapctl.records");
      assert.equal(records?.sum?.dataPoints[0]?.asInt, "25");
    });

  test("telemetry of a local run: each attempt of a failed tap has its error", async (t) => {
    const folder = temporaryFolder(t);
    const received = await receiver(t);
    useReceiver(t, received);
    const retries = { limit: 1, delay: "0.1s" } as const;
    const entry = fakePipeline(folder, { rows: 9, fail_after: 3 }, {}, { retries });
    const summary = await runPipeline(await fakeContext(folder), entry);
    await both(received);
    const [root] = treeOf(spansOf(received)) as readonly (readonly unknown[])[];
    assert.equal(root?.[1], summary.error);
    const [name, error, ...attempts] = root[2] as readonly unknown[];
    assert.equal(name, "extract");
    assert.deepEqual(attempts, [
      ["attempt 1", error],
      ["attempt 2", error],
    ]);
  });

  test("telemetry of a local run: a receiver that is not reachable is a warning", async (t) => {
    const folder = temporaryFolder(t);
    useReceiver(t, { url: "http://127.0.0.1:1" });
    const summary = await runPipeline(await fakeContext(folder), fakePipeline(folder, { rows: 3 }));
    assert.equal(summary.status, "succeeded");
    for (const warning of summary.warnings)
      assert.match(warning, /^telemetry: (traces|metrics) not delivered: connection failed/);
  });

  test("telemetry of a local run: a receiver that does not answer does not delay it", async (t) => {
    const folder = temporaryFolder(t);
    const received = await receiver(t, 0);
    useReceiver(t, received);
    const summary = await runPipeline(await fakeContext(folder), fakePipeline(folder, { rows: 3 }));
    assert.deepEqual([summary.status, summary.warnings], ["succeeded", []]);
    await both(received);
  });
});
