import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  deletePod,
  duration,
  kubectl,
  messages,
  podsOf,
  submit,
  type PodObject,
  type WorkflowObject,
} from "./kubernetes";
import { addOrders, assertCopied, digest, NAMESPACE, ROWS, succeeded, type Scene } from "./scene";

/** Successful runs. */
export function testRuns(scene: () => Scene): void {
  test("manual run: it stores extract, files, logs, state, history and summary, and the second one resumes", async (context) => {
    const { bucket } = scene();
    const first = await succeeded(submit("exchange-rates-classic", NAMESPACE));
    context.diagnostic(`artifact mode, a run of one record: ${duration(first)} s`);
    const [run] = await bucket.runs("exchange-rates-classic");
    for (const file of [
      "extract-0.jsonl",
      "output.tar.gz",
      "extract-result.json",
      "load-result.json",
      "tap-0.log",
      "target-0.log",
      "summary.json",
    ])
      assert.ok(
        run?.files.some((one) => one.endsWith(`/${file}`)),
        `${file} of ${JSON.stringify(run)}`,
      );
    const summary = (await bucket.get(
      run?.files.find((one) => one.endsWith("summary.json")) ?? "",
    )) as { readonly status: string; readonly records: number; readonly stateCommitted: boolean };
    assert.ok(summary.records > 0);
    assert.deepEqual([summary.status, summary.stateCommitted], ["succeeded", true]);
    assert.ok(await bucket.state("exchange-rates-classic"));
    await succeeded(submit("exchange-rates-classic", NAMESPACE));
    assert.equal((await bucket.runs("exchange-rates-classic")).length, 2);
    assert.equal((await bucket.history("exchange-rates-classic")).length, 2);
  });

  test("schedule: it starts runs, and a manual run in the same minute waits", async () => {
    await pause(120_000 - (Date.now() % 120_000));
    const byHand = submit("exchange-rates", NAMESPACE);
    const scheduled = await firstScheduled();
    const other = await succeeded(byHand);
    assert.ok(scheduled.status?.phase === "Succeeded", messages(scheduled));
    assertInTurn(other, scheduled);
    assert.match(JSON.stringify(await scene().bucket.state("exchange-rates")), /2026-11-1/);
  });

  for (const [pipeline, table] of [
    ["shop-copy", "copy.orders"],
    ["shop-stream", "streamed.orders"],
  ] as const) {
    test(`${pipeline}: ${ROWS} rows arrive from PostgreSQL in PostgreSQL although a pod is deleted midway`, async (context) => {
      const name = submit(pipeline, NAMESPACE);
      assert.ok(
        await deletePod(name, NAMESPACE, isReading(1500)),
        "the run ended before its pod could be deleted",
      );
      const workflow = await succeeded(name, 900);
      context.diagnostic(`${pipeline}: ${duration(workflow)} s`);
      await assertCopied(scene(), pipeline, table);
      assert.match(JSON.stringify(await scene().bucket.state(pipeline)), /2026-11-13T13:46:40/);
    });
  }

  for (const [when, wanted] of [
    ["while it loads", (template: string, ended: boolean) => template === "load-pod" && !ended],
    [
      "while it stores its files",
      (template: string, ended: boolean) => template === "load-pod" && ended,
    ],
  ] as const) {
    test(`pod deleted ${when}: the load is retried without querying the source again`, async (context) => {
      await addOrders(scene(), 20_000);
      const name = submit("shop-copy", NAMESPACE);
      const deleted = await deletePod(
        name,
        NAMESPACE,
        ({ status: { containerStatuses = [], phase }, metadata }) => {
          const main = containerStatuses.find((container) => container.name === "main")?.state;
          const template = /load-pod/.test(metadata.name) ? "load-pod" : "";
          return (
            phase === "Running" &&
            (main?.running ?? main?.terminated) !== undefined &&
            wanted(template, main?.terminated !== undefined)
          );
        },
      );
      context.diagnostic(deleted ? "deleted" : "it was too fast to be deleted then");
      const pods = podsOf(await succeeded(name, 600), "extract-pod");
      assert.equal(pods.length, 1);
      await assertCopied(scene(), "shop-copy", "copy.orders");
    });
  }

  for (const mode of ["artifact", "stream"] as const)
    test(`shop-log-${mode}: a table in full and then its changes arrive from the log although a pod is deleted midway`, async (context) => {
      const { client } = scene();
      const [pipeline, slot] = [`shop-log-${mode}`, `log_${mode}`];
      await client.query("drop table if exists stock");
      await client.query("create table stock as select * from orders where id <= 200000");
      await client.query("alter table stock add primary key (id)");
      await client.query(`create publication ${slot} for table stock`);
      await client.query(`select pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
      const full = await succeeded(submit(pipeline, NAMESPACE), 600);
      const same = async () =>
        assert.deepEqual(await digest(scene(), `${slot}.stock`), await digest(scene(), "stock"));
      await same();
      await client.query("update stock set customer = upper(customer) where id % 2 = 0");
      await client.query("delete from stock where id % 10 = 0");
      await client.query("update stock set id = id + 1000000 where id % 11 = 0");
      const name = submit(pipeline, NAMESPACE);
      const deleted = await deletePod(name, NAMESPACE, isReading(500));
      const changes = await succeeded(name, 600);
      await same();
      await client.query("truncate stock");
      await client.query("insert into stock select * from orders where id <= 10");
      const emptied = await succeeded(submit(pipeline, NAMESPACE), 600);
      await same();
      const seconds = [full, changes, emptied].map((one) => `${duration(one)} s`);
      context.diagnostic(`${pipeline}, pod ${deleted ? "" : "not "}deleted: ${seconds.join(", ")}`);
    });

  test("manual runs: two of them run sequentially, and one without new data is short", async (context) => {
    await addOrders(scene(), 1000);
    const [one, two] = await Promise.all(
      [submit("shop-stream", NAMESPACE), submit("shop-stream", NAMESPACE)].map((name) =>
        succeeded(name, 600),
      ),
    );
    assert.ok(one && two);
    assertInTurn(one, two);
    await assertCopied(scene(), "shop-stream", "streamed.orders");
    context.diagnostic(
      `stream mode, nothing new: ${duration(await succeeded(submit("shop-stream", NAMESPACE)))} s`,
    );
    await succeeded(submit("shop-copy", NAMESPACE), 600);
    context.diagnostic(
      `artifact mode, nothing new: ${duration(await succeeded(submit("shop-copy", NAMESPACE)))} s`,
    );
  });

  test("follow-ups: they run in order with the files, the state and their secrets; a job has no other steps", async () => {
    const workflow = await succeeded(submit("shop-orders", NAMESPACE), 600);
    const pods = podsOf(workflow, "follow-up-pod")
      .map(({ startedAt = "", finishedAt = "" }) => ({ startedAt, finishedAt }))
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    assert.equal(pods.length, 2, messages(workflow));
    assert.ok((pods[1]?.startedAt ?? "") >= (pods[0]?.finishedAt ?? "~"));
    await succeeded(submit("tidy", NAMESPACE));
    for (const [pipeline, steps] of [
      ["shop-orders", ["count", "after"]],
      ["tidy", ["job"]],
    ] as const) {
      const files = (await scene().bucket.runs(pipeline)).at(-1)?.files ?? [];
      for (const step of steps)
        assert.ok(
          files.some((file) => new RegExp(`/logs/${step}/\\d+/main\\.log$`).test(file)),
          `${step} of ${files.join(", ")}`,
        );
    }
  });

  test("job: unusual commands and variables arrive byte for byte, as for follow-ups", async () => {
    await succeeded(submit("odd-values", NAMESPACE));
  });

  test("settings in the store: a pipeline uses them", async () => {
    const { bucket, entries } = scene();
    const rates = entries.find(({ name }) => name === "exchange-rates");
    assert.ok(rates && "tap" in rates);
    await bucket.put("configs/kept-rates/tap-config.json", rates.tap.settings);
    await bucket.put("configs/kept-rates/target-config.json", rates.target.settings);
    await succeeded(submit("kept-rates", NAMESPACE));
    assert.ok(await bucket.state("kept-rates"));
  });
}

async function firstScheduled(): Promise<WorkflowObject> {
  for (let left = 200; ; left--) {
    const { items } = JSON.parse(
      kubectl([
        "get",
        "workflows",
        "-n",
        NAMESPACE,
        "-l",
        "tapctl.dev/pipeline=exchange-rates,workflows.argoproj.io/cron-workflow",
        "-o",
        "json",
      ]),
    ) as { readonly items: readonly WorkflowObject[] };
    const done = items.find(({ status }) =>
      ["Succeeded", "Failed", "Error"].includes(status?.phase ?? ""),
    );
    if (done) return done;
    assert.notEqual(left, 0, "no scheduled run has ended in 200 s");
    await pause(1000);
  }
}

/** Fails if two runs of a pipeline ran in parallel. */
function assertInTurn(one: WorkflowObject, two: WorkflowObject): void {
  const [earlier, later] = [one, two].sort((a, b) =>
    (a.status?.finishedAt ?? "") < (b.status?.finishedAt ?? "") ? -1 : 1,
  );
  assert.ok(
    (firstStep(later) ?? "") >= (earlier?.status?.finishedAt ?? "~"),
    "the second began before the first had ended",
  );
}

function firstStep(workflow: WorkflowObject | undefined): string | undefined {
  return Object.values(workflow?.status?.nodes ?? {})
    .filter(({ type }) => type === "Pod")
    .map(({ startedAt }) => startedAt ?? "")
    .sort()[0];
}

/** Whether a pod has run a tap for this many milliseconds. */
function isReading(milliseconds: number) {
  return ({ metadata, status: { containerStatuses = [] } }: PodObject): boolean =>
    /-(extract|replicate)-pod/.test(metadata.name) &&
    containerStatuses.some(
      ({ name: container, state }) =>
        ["main", "tap"].includes(container) &&
        state.running !== undefined &&
        Date.now() - Date.parse(state.running.startedAt) > milliseconds,
    );
}
