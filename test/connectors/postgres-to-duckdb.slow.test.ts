import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, tapPostgresSdk, targetDuckdb, targetDuckdbSdk } from "../../connectors";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import type { Replication } from "../../src/model/replication";
import { openStore } from "../../src/store/open";
import { ENVIRONMENTS, install, temporaryFolder } from "./support";

const READ = `
import duckdb, json, sys
print(json.dumps(duckdb.connect(sys.argv[1]).execute("select id::text, customer, placed::text, changed::text from main.orders order by orders.id").fetchall()))`;

suite("PostgreSQL to DuckDB", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query(
      "create table orders (id integer primary key, customer text, placed timestamp not null, changed timestamptz)",
    );
  });

  after(() => postgres.stop());

  for (const [kind, mode] of [
    ["bulk", "artifact"],
    ["bulk", "stream"],
    ["SDK", "artifact"],
    ["SDK", "stream"],
  ] as const) {
    test(`PostgreSQL to DuckDB, ${kind} connectors, ${mode} mode: a table with timestamps arrives completely, also after it grows`, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, "warehouse.duckdb");
      const { host, port, user, password, database } = postgres;
      const [tapOf, targetOf] =
        kind === "bulk" ? [tapPostgres, targetDuckdb] : [tapPostgresSdk, targetDuckdbSdk];
      await query("truncate orders");
      const target = targetOf({ path, batch_size_rows: 10 });
      const entry: Replication = {
        ...{ name: "orders", schedule: "@hourly", mode },
        tap: tapOf({ host, port, user, password, database, filter_schemas: ["public"] }),
        target,
        streams: [
          { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "id" },
        ],
      };
      const context = {
        ...{
          root: folder,
          store: await openStore(join(folder, "store")),
          secrets: () => undefined,
          stop: createStop(),
          onEvent: () => undefined,
        },
        prepare: (connector: typeof target.connector) =>
          ensureEnvironment(connector, { root: ENVIRONMENTS }),
      };
      const { python } = await install(target);
      for (const more of [9, 10]) {
        await addOrders(more);
        const summary = await runPipeline(context, entry, {});
        assert.equal(summary.status, "succeeded", summary.error ?? "");
        const source = await query(
          "select id::text, customer, placed::text, (changed at time zone 'UTC')::text as changed from orders order by orders.id",
        );
        assert.deepEqual(
          JSON.parse(execFileSync(python, ["-c", READ, path], { encoding: "utf8" })),
          source.map(Object.values),
        );
      }
    });
  }

  /** Adds orders; some have no customer or an empty one, which are not the same. */
  async function addOrders(count: number): Promise<void> {
    await query(
      `insert into orders select id, (array['Zoë "Z"', '', null, 'a,b'])[id % 4 + 1], timestamp '2026-11-29 13:54:00.765759' + id * interval '1 hour', timestamptz '2026-11-29 13:54:00.5+02:00' - id * interval '1 minute'
       from (select coalesce(max(id), 0) as last from orders) known, generate_series(known.last + 1, known.last + ${count}) id`,
    );
  }

  async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const { host, port, user, password, database } = postgres;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
