import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, targetDuckdb, targetPostgres, targetPostgresSdk } from "../../connectors";
import type { Target } from "../../src/model/connector";
import type { Mode, Replication } from "../../src/model/replication";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import { ENVIRONMENTS, install, temporaryFolder } from "./support";

/** What the source has, and what a destination must have: the deleted rows are gone or marked. */
const ROWS = "select id::text, md5(note) as note, amount::text from orders order by orders.id";
const READ = `
import duckdb, json, sys
print(json.dumps([dict(zip(("id", "note", "amount"), row)) for row in duckdb.connect(sys.argv[1]).execute("${ROWS.replace("orders order", "main.orders order")}").fetchall()]))`;

const CHANGES = [
  "insert into orders select n, repeat('x', 4000), n * 4 from generate_series(1, 200) n",
  "update orders set amount = amount + 1 where id % 2 = 0; delete from orders where id % 5 = 0",
  "update orders set id = id + 1000 where id % 7 = 0",
  "begin; delete from orders where id < 50; rollback",
  "truncate orders; insert into orders values (1, 'after', 15)",
  "update orders set note = null; insert into orders values (2, 'more', null)",
];

suite("LOG_BASED of tapPostgres", () => {
  let directory: string;
  let postgres: Postgres;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "tapctl-log-"));
    const first = await startPostgres({ directory });
    postgres = first;
    await query("alter system set wal_level = logical");
    await first.stop();
    postgres = await startPostgres({ directory });
  });

  after(async () => {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const connection = () => {
    const { host, port, user, password, database } = postgres;
    return { host, port, user, password, database };
  };

  const fromSchema = (schema: string, where = "") =>
    query(ROWS.replace("from orders", `from ${schema}.orders${where}`));

  const targets: {
    readonly [name: string]: {
      readonly of: (folder: string) => Target;
      readonly rows: (folder: string) => Promise<unknown>;
    };
  } = {
    "targetPostgres, rows are deleted": {
      of: () =>
        targetPostgres({ ...connection(), default_target_schema: "copy", hard_delete: true }),
      rows: () => fromSchema("copy"),
    },
    "targetPostgres, rows are marked": {
      of: () => targetPostgres({ ...connection(), default_target_schema: "copy" }),
      rows: () => fromSchema("copy", " where _sdc_deleted_at is null"),
    },
    "targetPostgresSdk, rows are marked": {
      of: () =>
        targetPostgresSdk({
          ...connection(),
          default_target_schema: "copy",
          add_record_metadata: true,
        }),
      rows: () => fromSchema("copy", " where _sdc_deleted_at is null"),
    },
    "targetDuckdb, rows are deleted": {
      of: (folder) => targetDuckdb({ path: join(folder, "orders.duckdb"), hard_delete: true }),
      rows: async (folder) => {
        const path = join(folder, "orders.duckdb");
        const { python } = await install(targetDuckdb({ path }));
        return JSON.parse(
          execFileSync(python, ["-c", READ, path], { encoding: "utf8" }),
        ) as unknown;
      },
    },
  };

  for (const [name, target] of Object.entries(targets))
    for (const mode of ["artifact", "stream"] as const)
      test(`LOG_BASED, ${mode} mode, ${name}: the destination has the source's rows after each run`, async (t) => {
        const folder = temporaryFolder(t);
        await prepare();
        const entry = pipeline(mode, target.of(folder));
        const context = {
          ...{ root: folder, store: await openStore(join(folder, "store")) },
          ...{ secrets: () => undefined, stop: createStop(), onEvent: () => undefined },
          prepare: (connector: typeof entry.tap.connector) =>
            ensureEnvironment(connector, { root: ENVIRONMENTS }),
        };
        for (const sql of ["select 1", ...CHANGES]) {
          await query(sql);
          const summary = await runPipeline(context, entry, {});
          assert.equal(summary.status, "succeeded", summary.error ?? "");
          if (sql === "select 1") continue; // Without rows, there may be no table yet.
          assert.deepEqual(await target.rows(folder), await query(ROWS), sql);
        }
      });

  const pipeline = (mode: Mode, target: Target): Replication => ({
    ...{ name: "orders", schedule: "@hourly", mode, target },
    tap: tapPostgres({ ...connection(), filter_schemas: ["public"], replication_slot_name: "log" }),
    streams: { "public-orders": { replication: "log-based" } },
  });

  async function prepare(): Promise<void> {
    await query("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
    await query("drop publication if exists log; drop schema if exists copy cascade");
    await query("drop table if exists orders");
    await query("create table orders (id integer primary key, note text, amount integer)");
    await query("alter table orders alter note set storage external");
    await query("create publication log for table orders");
    await query("select pg_create_logical_replication_slot('log', 'pgoutput')");
  }

  async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client(connection());
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
