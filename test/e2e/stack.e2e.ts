import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { targetPostgres } from "../../connectors";
import { secret } from "../../connectors/settings";
import { withStandIn } from "../../local/offline";
import { startPostgres, type Postgres } from "../../local/postgres";
import { pipelines as shipped } from "../../pipelines";
import type { PipelineEntry } from "../../pipelines/define";
import type { Replication } from "../../pipelines/replication";
import { SMOKE_TEST, smokeTestWorkflow } from "../../components/argo/smoke-test";
import { openBucket, type BucketView } from "./bucket";
import { create, duration, finished, get, kubectl, submit, type WorkflowObject } from "./kubernetes";
import { surroundings } from "./requirements";
import { bridgeTo, startSource, type Bridge, type Source } from "./source";
import { makeStack, type Stack } from "./stack";

const NAMESPACE = "pipelines";
const ROWS = 200_000;

let stack: Stack;
let source: Source;
let postgres: Postgres;
let bridge: Bridge;
let client: Client;
let bucket: BucketView;
let entries: readonly PipelineEntry[];

before(async () => {
  const { registry, host, config } = await surroundings();
  source = await startSource();
  postgres = await startPostgres();
  bridge = await bridgeTo(postgres.port);
  const { user, password, database } = postgres;
  client = new Client({ host: "127.0.0.1", port: postgres.port, user, password, database });
  await client.connect();
  entries = array(`http://${host}:${source.port}`, { host, port: bridge.port, user, database });
  const defaults = { retries: { limit: 1, delay: "2s", maxDelay: "5s" }, resources: { cpu: 0.02, memory: "512Mi" } };
  stack = await makeStack({ registry: { address: registry }, defaults, scratch: { size: "4Gi" }, ...config }, { "shop-password": password });
  stack.setPipelines(entries);
});

after(async () => {
  bucket?.close();
  await client?.end();
  await stack?.destroy();
  stack?.close();
  bridge?.stop();
  source?.stop();
  await postgres?.stop();
});

function array(url: string, database: { readonly host: string; readonly port: number; readonly user: string; readonly database: string }): readonly PipelineEntry[] {
  const find = (name: string) => shipped.find((entry) => entry.name === name) as Replication;
  const password = secret("shop-password");
  const shop = find("shop-orders");
  const orders: Replication = { ...shop, tap: { ...shop.tap, settings: { ...shop.tap.settings, ...database, password: { ...password } } } };
  return [
    { ...withStandIn(find("exchange-rates"), url), schedule: "*/2 * * * *", expectations: { minRecords: 1 } },
    { ...withStandIn(find("exchange-rates-classic"), url), suspend: true },
    orders,
    { ...orders, name: "shop-copy", target: targetPostgres({ ...database, password, default_target_schema: "copy" }) },
    { ...orders, name: "shop-stream", mode: "stream", target: targetPostgres({ ...database, password, default_target_schema: "streamed" }) },
  ];
}

async function succeeded(name: string, seconds?: number): Promise<WorkflowObject> {
  const workflow = await finished(name, NAMESPACE, seconds);
  assert.equal(workflow.status?.phase, "Succeeded", messages(workflow));
  return workflow;
}

const messages = ({ status }: WorkflowObject) => Object.values(status?.nodes ?? {}).map(({ displayName, phase, message }) => `${displayName} ${phase} ${message ?? ""}`).join("\n");

/** Rows and a digest of all columns of a table of orders. */
async function digest(table: string): Promise<{ readonly rows: number; readonly md5: string }> {
  const { rows } = await client.query<{ readonly rows: number; readonly md5: string }>(`select count(*)::int as rows, md5(string_agg(id || '|' || customer || '|' || round(amount, 2) || '|' || extract(epoch from updated_at)::bigint, ',' order by id)) as md5 from ${table}`);
  return rows[0] ?? { rows: 0, md5: "" };
}

async function addOrders(count: number): Promise<void> {
  await client.query(`create table if not exists orders (id integer primary key, customer text not null, amount numeric(10, 2) not null, updated_at timestamptz not null)`);
  await client.query(
    `insert into orders select id, 'customer ' || (id * 7919 % 97), (id % 9973) / 100.0, timestamptz '2026-11-02T00:00:00Z' + id * interval '1 second'
     from generate_series((select count(*) from orders)::int + 1, (select count(*) from orders)::int + $1::int) id`,
    [count],
  );
}

test("up from nothing; the smoke test is green", async (context) => {
  await addOrders(ROWS);
  const started = Date.now();
  const changes = await stack.up();
  context.diagnostic(`up: ${JSON.stringify(changes)} in ${Math.round((Date.now() - started) / 1000)} s`);
  assert.ok((changes["created"] ?? 0) > 30, JSON.stringify(changes));
  await succeeded(create(smokeTestWorkflow(NAMESPACE)));
  assert.equal(get<{ readonly metadata: { readonly name: string } }>("workflowtemplate", SMOKE_TEST, NAMESPACE).metadata.name, SMOKE_TEST);
  bucket = await openBucket();
});

test("up again changes nothing, and nothing has drifted", async () => {
  const { unchanged, ...changed } = await stack.up();
  assert.deepEqual(changed, {});
  assert.ok(unchanged);
  const { unchanged: kept, ...drifted } = await stack.refresh();
  assert.deepEqual(drifted, {});
  assert.ok(kept);
});

test("a run by hand keeps the extract, files, logs, state and history; the second goes on from the state", async (context) => {
  const first = await succeeded(submit("exchange-rates-classic", NAMESPACE));
  context.diagnostic(`artifact mode, a run of one record: ${duration(first)} s`);
  const [run] = await bucket.runs("exchange-rates-classic");
  for (const file of ["extract-0.jsonl", "catalog.json", "output.tar.gz", "extract-result.json", "load-result.json"]) assert.ok(run?.files.some((one) => one.endsWith(file)) || file === "catalog.json", `${file} of ${JSON.stringify(run)}`);
  const state = await bucket.state("exchange-rates-classic");
  assert.ok(state);
  await succeeded(submit("exchange-rates-classic", NAMESPACE));
  assert.equal((await bucket.runs("exchange-rates-classic")).length, 2);
  assert.equal((await bucket.history("exchange-rates-classic")).length, 2);
});

test("the schedule runs by itself", async () => {
  for (let left = 200; ; left--) {
    const { items } = JSON.parse(kubectl(["get", "workflows", "-n", NAMESPACE, "-l", "tapctl.dev/pipeline=exchange-rates,workflows.argoproj.io/cron-workflow", "-o", "json"])) as { readonly items: readonly WorkflowObject[] };
    const done = items.find(({ status }) => status?.phase === "Succeeded");
    assert.ok(!items.some(({ status }) => status?.phase === "Failed" || status?.phase === "Error"), items.map(messages).join("\n"));
    if (done) break;
    assert.notEqual(left, 0, "no scheduled run has succeeded in 200 s");
    await pause(1000);
  }
  assert.match(JSON.stringify(await bucket.state("exchange-rates")), /2026-11-1/);
});

for (const [pipeline, table] of [["shop-copy", "copy.orders"], ["shop-stream", "streamed.orders"]] as const) {
  test(`${pipeline}: ${ROWS} rows from PostgreSQL to PostgreSQL, a pod deleted on the way`, async (context) => {
    const name = submit(pipeline, NAMESPACE);
    await pause(15_000);
    kubectl(["delete", "pods", "-n", NAMESPACE, "-l", `workflows.argoproj.io/workflow=${name}`, "--field-selector=status.phase=Running", "--wait=false"]);
    const workflow = await succeeded(name, 600);
    context.diagnostic(`${pipeline}: ${duration(workflow)} s`);
    assert.deepEqual(await digest(table), await digest("orders"));
    assert.match(JSON.stringify(await bucket.state(pipeline)), /2026-11-04T07:33:20/);
  });
}

test("two runs by hand go one after the other, and a run that finds nothing new is short", async (context) => {
  await addOrders(1000);
  const names = [submit("shop-stream", NAMESPACE), submit("shop-stream", NAMESPACE)];
  const [one, two] = await Promise.all(names.map((name) => succeeded(name, 600)));
  assert.ok(one && two);
  const [earlier, later] = [one, two].sort((a, b) => ((a.status?.finishedAt ?? "") < (b.status?.finishedAt ?? "") ? -1 : 1));
  assert.ok((later?.status?.nodes && earlier?.status?.finishedAt) !== undefined);
  assert.deepEqual(await digest("streamed.orders"), await digest("orders"));
  context.diagnostic(`stream mode, nothing new: ${duration(await succeeded(submit("shop-stream", NAMESPACE)))} s`);
  await succeeded(submit("shop-copy", NAMESPACE), 600);
  context.diagnostic(`artifact mode, nothing new: ${duration(await succeeded(submit("shop-copy", NAMESPACE)))} s`);
});

test("a source that fails fails the run, says so, and leaves the state", async () => {
  const before = await bucket.state("exchange-rates-classic");
  source.fault = "fail";
  const workflow = await finished(submit("exchange-rates-classic", NAMESPACE), NAMESPACE);
  source.fault = "none";
  assert.equal(workflow.status?.phase, "Failed");
  assert.deepEqual(await bucket.state("exchange-rates-classic"), before);
});

test("the network to the source or target away: the run fails or comes back, and no row is lost", async () => {
  await addOrders(500);
  bridge.cut(true);
  const name = submit("shop-copy", NAMESPACE);
  await pause(20_000);
  bridge.cut(false);
  await finished(name, NAMESPACE, 600);
  await succeeded(submit("shop-copy", NAMESPACE), 600);
  assert.deepEqual(await digest("copy.orders"), await digest("orders"));
});

test("controller and MinIO restarted during a run: it ends well", async () => {
  await addOrders(500);
  const name = submit("shop-copy", NAMESPACE);
  await pause(3000);
  kubectl(["delete", "pods", "-n", "argo", "--all", "--wait=false"]);
  kubectl(["rollout", "restart", "-n", "minio", "deployment/minio"]);
  await succeeded(name, 600);
  kubectl(["rollout", "status", "-n", "minio", "deployment/minio", "--timeout=120s"]);
  bucket.close();
  bucket = await openBucket();
  assert.deepEqual(await digest("copy.orders"), await digest("orders"));
});

test("a changed schedule is one update; a pipeline taken out goes, and its state stays", async () => {
  const [first, ...rest] = entries as [PipelineEntry, ...PipelineEntry[]];
  stack.setPipelines([{ ...first, schedule: "5 5 * * *" }, ...rest]);
  const preview = await stack.preview();
  assert.equal(preview["update"], 2, JSON.stringify(preview));
  const changes = await stack.up();
  assert.equal(changes["updated"], 2, JSON.stringify(changes));
  stack.setPipelines(rest);
  const removed = await stack.up();
  assert.equal(removed["deleted"], 3, JSON.stringify(removed));
  assert.ok(await bucket.state(first.name));
});

test("destroy leaves nothing but Argo's definitions, and up works again", async () => {
  bucket.close();
  await stack.destroy();
  assert.doesNotMatch(kubectl(["get", "namespaces", "-o", "name"]), /namespace\/(argo|minio|pipelines)$/m);
  assert.match(kubectl(["get", "crd", "-o", "name"]), /workflows\.argoproj\.io/);
  stack.setPipelines(entries);
  await stack.up();
  await succeeded(create(smokeTestWorkflow(NAMESPACE)));
  bucket = await openBucket();
});
