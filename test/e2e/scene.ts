import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import type { PipelineEntry } from "../../src/model/define";
import { openBucket, type BucketView } from "./bucket";
import { entriesOf } from "./entries";
import { finished, messages, type WorkflowObject } from "./kubernetes";
import { surroundings } from "./requirements";
import { bridgeTo, startSource, type Bridge, type Source } from "./source";
import { makeStack, type Stack } from "./stack";
import { startWebhook, type Webhook } from "./webhook";

/** Namespace of the pipelines. */
export const NAMESPACE = "pipelines";
/** Number of orders in the shop initially. */
export const ROWS = 1_000_000;

/** Everything that the tests work with. */
export interface Scene {
  readonly stack: Stack;
  /** The stand-in for an exchange-rate service. */
  readonly source: Source;
  /** Its address, as pods and containers reach it. */
  readonly sourceUrl: string;
  readonly webhook: Webhook;
  /** Proxies from pods to the shop and to its copies: the same server, cut independently. */
  readonly roads: { readonly shop: Bridge; readonly copies: Bridge };
  readonly client: Client;
  readonly entries: readonly PipelineEntry[];
  /** Registry that pods pull from. */
  readonly registry: string;
  /** Context of the kubeconfig. */
  readonly context: string;
  /** The cluster's bucket, once it exists. */
  bucket: BucketView;
  /** Stops everything. */
  close(): Promise<void>;
}

/** Prepares what the tests need; `up` has not run yet. */
export async function makeScene(): Promise<Scene> {
  const { context, registry, image, host, config } = await surroundings();
  const source = await startSource();
  const webhook = await startWebhook();
  const data = mkdtempSync(join(tmpdir(), "tapctl-e2e-postgres-"));
  const postgres = await startWithLog(data);
  const roads = { shop: await bridgeTo(postgres.port), copies: await bridgeTo(postgres.port) };
  const { user, password, database } = postgres;
  const client = new Client({ host: "127.0.0.1", port: postgres.port, user, password, database });
  await client.connect();
  const sourceUrl = `http://${host}:${source.port}`;
  const entries = entriesOf({ url: sourceUrl, host, image }, postgres, roads);
  const defaults = {
    retries: { limit: 1, delay: "2s", maxDelay: "5s" },
    resources: { cpu: 0.02, memory: "512Mi" },
  };
  const stack = await makeStack(
    {
      registry: { address: registry },
      defaults,
      scratch: { size: "4Gi" },
      notifications: { webhook: "channel" },
      ...config,
    },
    { "shop-password": password, channel: `http://${host}:${webhook.port}/hook` },
  );
  stack.setPipelines(entries);
  const scene: Scene = {
    stack,
    source,
    sourceUrl,
    webhook,
    roads,
    client,
    entries,
    registry,
    context,
    bucket: {
      state: noBucket,
      history: noBucket,
      runs: noBucket,
      put: noBucket,
      get: noBucket,
      close: () => undefined,
    },
    close: async () => {
      scene.bucket.close();
      await client.end();
      await stack.destroy();
      stack.close();
      for (const one of [roads.shop, roads.copies, source, webhook]) one.stop();
      await postgres.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
  return scene;
}

/** Starts a server whose log LOG_BASED streams can be read from. */
async function startWithLog(directory: string): Promise<Postgres> {
  const first = await startPostgres({ directory });
  const { user, password, database, port } = first;
  const client = new Client({ host: "127.0.0.1", port, user, password, database });
  await client.connect();
  await client.query("alter system set wal_level = logical");
  await client.end();
  await first.stop();
  return startPostgres({ directory });
}

function noBucket(): never {
  throw new Error("the stack is not up yet");
}

/** Opens the bucket, again if its server has restarted. */
export async function reopen(scene: Scene): Promise<void> {
  scene.bucket.close();
  scene.bucket = await openBucket();
}

/** Waits for a Workflow that must succeed. */
export async function succeeded(name: string, seconds?: number): Promise<WorkflowObject> {
  const workflow = await finished(name, NAMESPACE, seconds);
  assert.equal(workflow.status?.phase, "Succeeded", messages(workflow));
  return workflow;
}

/** Rows and a digest of all columns of a table of orders. */
export async function digest(
  { client }: Scene,
  table: string,
): Promise<{ readonly rows: number; readonly md5: string }> {
  const { rows } = await client.query<{ readonly rows: number; readonly md5: string }>(
    `select count(*)::int as rows, md5(string_agg(id || '|' || customer || '|' || round(amount, 2) || '|' || extract(epoch from updated_at)::bigint, ',' order by id)) as md5 from ${table}`,
  );
  return rows[0] ?? { rows: 0, md5: "" };
}

/** Fails if a copy differs from the shop's table, or the saved state differs from both. */
export async function assertCopied(scene: Scene, pipeline: string, table: string): Promise<void> {
  assert.deepEqual(await digest(scene, table), await digest(scene, "orders"));
  const { rows } = await scene.client.query<{ readonly newest: Date }>(
    "select max(updated_at) as newest from orders",
  );
  assert.equal(
    Date.parse(`${await bookmark(scene, pipeline)}`),
    rows[0]?.newest.getTime(),
    `the state of ${pipeline}`,
  );
}

async function bookmark(scene: Scene, pipeline: string): Promise<string | undefined> {
  return /"replication_key_value":\s*"([^"]+)"/.exec(
    JSON.stringify(await scene.bucket.state(pipeline)),
  )?.[1];
}

/** Fails if a saved state is ahead of the rows in a copy. */
export async function assertNotAhead(scene: Scene, pipeline: string, table: string): Promise<void> {
  const saved = await bookmark(scene, pipeline);
  if (saved === undefined) return;
  const query = `select count(*)::int as missing from orders o where updated_at <= $1::timestamptz and not exists (select from ${table} c where c.id = o.id)`;
  const { rows } = await scene.client.query<{ readonly missing: number }>(query, [saved]);
  assert.equal(rows[0]?.missing, 0, `the state of ${pipeline}, ${saved}, is ahead of ${table}`);
}

/** Adds orders, one second apart. */
export async function addOrders({ client }: Scene, count: number): Promise<void> {
  await client.query(
    `create table if not exists orders (id integer primary key, customer text not null, amount numeric(10, 2) not null, updated_at timestamptz not null)`,
  );
  await client.query(
    `insert into orders select id, 'customer ' || (id::bigint * 7919 % 97), (id % 9973) / 100.0, timestamptz '2026-11-02T00:00:00Z' + id * interval '1 second'
     from generate_series((select count(*) from orders)::int + 1, (select count(*) from orders)::int + $1::int) id`,
    [count],
  );
}
