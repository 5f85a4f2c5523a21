import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, targetDuckdb } from "../../connectors";
import { secret, type JsonObject } from "../../src/model/connector-settings";
import type { Mode, Replication } from "../../src/model/replication";
import type { StreamMap } from "../../src/model/streams";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { ExitCode } from "../../src/run/runner";
import type { RunContext, RunOptions } from "../../src/run/run-options";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import { schemaTexts } from "../../src/store/runs/run-text";
import { contractOf } from "../../src/store/schemas/contract";
import { acceptSchemas, currentSchemas, newerSchemas } from "../../src/store/schemas/schemas";
import { temporaryFolder } from "./support";

const ENVIRONMENTS =
  process.env.TAPCTL_ENVIRONMENTS ?? join(__dirname, "..", "..", "..", ".tapctl", "environments");

/** Changes of the source between runs, and what the next run reports. */
const CHANGES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "an added column",
    "alter table orders add discount numeric(10, 2)",
    ["column discount added (number|null)"],
  ],
  ["a dropped column", "alter table orders drop note", ["column note removed (string|null)"]],
  [
    "a renamed column",
    "alter table orders rename discount to rebate",
    ["column discount removed (number|null)", "column rebate added (number|null)"],
  ],
  [
    "a retyped column",
    "alter table orders alter amount type text",
    ["column amount changed from integer|null to string|null"],
  ],
  [
    "a changed key",
    "alter table orders drop constraint orders_pkey, add primary key (id, placed)",
    [
      "column placed changed from string(date-time)|null to string(date-time)",
      "key changed from id to id, placed",
    ],
  ],
];

for (const mode of ["artifact", "stream"] as readonly Mode[])
  suite(`schemas of PostgreSQL tables, loaded into DuckDB, ${mode} mode`, () => {
    let postgres: Postgres;

    before(async () => {
      postgres = await startPostgres();
      await query("postgres", "create database shop");
    });

    after(() => postgres.stop());

    test(`${mode} mode: changes of a table are reported, rejected, accepted and limited by a contract`, async (t) => {
      const root = temporaryFolder(t);
      const warehouse = join(root, "warehouse.duckdb");
      await query(
        "shop",
        "create table orders (id integer primary key, amount integer, note text, placed timestamptz)",
      );
      await query(
        "shop",
        "insert into orders select n, n, 'x', now() from generate_series(1, 100) n",
      );
      const store = await openStore(join(root, "store"));
      const context: RunContext = {
        root,
        store,
        prepare: (connector, onProgress) =>
          ensureEnvironment(connector, { root: ENVIRONMENTS, onProgress }),
        secrets: () => postgres.password,
        stop: createStop(),
        onEvent: () => undefined,
      };
      const run = async (streams: StreamMap[string], options: RunOptions = {}) => {
        const entry: Replication = {
          name: "orders",
          schedule: "@hourly",
          tap: tapPostgres({
            host: "127.0.0.1",
            port: postgres.port,
            user: "tapctl",
            password: secret("password"),
            database: "shop",
            filter_schemas: ["public"],
          }),
          streams: { "public-orders": streams },
          target: targetDuckdb({ path: warehouse }),
          retries: { limit: 0 },
        };
        return runPipeline(context, entry, { mode, ...options });
      };
      const { python } = await ensureEnvironment(targetDuckdb({ path: warehouse }).connector, {
        root: ENVIRONMENTS,
        onProgress: () => undefined,
      });
      const rows = () =>
        Number(
          execFileSync(python, [
            "-c",
            `import duckdb; print(duckdb.connect(${JSON.stringify(warehouse)}, read_only=True).sql("select count(*) from orders").fetchone()[0])`,
          ]),
        );
      const full = { replication: "full-table" } as const;
      const first = await run(full);
      assert.equal(first.status, "succeeded", first.error ?? "");
      assert.equal(first.schemaChanges, undefined);
      for (const [what, sql, expected] of CHANGES) {
        await query("shop", sql);
        const { status, error, schemaChanges } = await run(full);
        assert.deepEqual(
          [status, schemaTexts(schemaChanges)],
          ["succeeded", expected.map((text) => `public-orders: ${text}`)],
          `${what}: ${error}`,
        );
      }

      await query("shop", "alter table orders add extra text");
      const watched = { ...full, onSchemaChange: "fail" } as const;
      const refused = await run(watched);
      assert.equal(refused.code, ExitCode.expectation);
      assert.match(refused.error ?? "", /column extra added \(string\|null\)/);
      const newer = await newerSchemas(store, "orders");
      assert.ok(newer?.run);
      await acceptSchemas(store, "orders", newer.run);
      assert.equal((await run(watched)).status, "succeeded");

      const [schema] = (await currentSchemas(store, "orders"))?.streams ?? [];
      assert.ok(schema);
      const contract = contractOf(schema) as JsonObject;
      assert.equal((await run({ ...full, contract })).status, "succeeded");
      await query("shop", "alter table orders drop extra");
      const broken = await run({ ...full, contract });
      assert.deepEqual(
        [broken.code, broken.error?.replace(/^line \d+: /, "")],
        [
          ExitCode.expectation,
          'the contract of stream "public-orders" is broken: column extra: expected string|null, found none',
        ],
      );

      assert.equal(rows(), 100);
      await query("shop", "delete from orders where id > 10");
      const lost = await run({ ...full, expectations: { maxDrop: "50%" } });
      assert.equal(lost.code, ExitCode.expectation);
      assert.match(lost.error ?? "", /10 records after 100 in its last full load: 90% fewer/);
      const values = {
        ...full,
        expectations: { columns: { amount: ["1"], id: "not null" } },
      } as const;
      assert.match(
        (await run(values)).error ?? "",
        /^line \d+: stream "public-orders", column amount: expected one of "1", found "2"$/,
      );
      assert.equal(rows(), 100);
    });

    async function query(database: string, sql: string): Promise<void> {
      const client = new Client({
        host: "127.0.0.1",
        port: postgres.port,
        user: "tapctl",
        password: postgres.password,
        database,
      });
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    }
  });
