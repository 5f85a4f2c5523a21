/** Masks and lookback from PostgreSQL to DuckDB, with real connectors, in both modes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, tapPostgresSdk, targetDuckdb } from "../../connectors";
import type { JsonText } from "../../src/common/json";
import { secret } from "../../src/model/connector-settings";
import type { Mode, Replication } from "../../src/model/replication";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import { ENVIRONMENTS, install, temporaryFolder } from "./support";

const SALT = "a salt of the test";
const hash = (text: string): string => createHmac("sha256", SALT).update(text).digest("hex");
const READ = `
import duckdb, json, sys
found = duckdb.connect(sys.argv[1]).execute("select * from main.customers order by id")
print(json.dumps([dict(zip([each[0] for each in found.description], row)) for row in found.fetchall()], default=str))`;

suite("masks and lookback, PostgreSQL to DuckDB", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query(
      "create table customers (id bigint primary key, email text, phone numeric, card text not null, name text, changed timestamptz not null)",
    );
  });

  after(() => postgres.stop());

  const kinds = [
    ["bulk", "artifact"],
    ["bulk", "stream"],
    ["SDK", "artifact"],
  ] as const;
  for (const [kind, mode] of kinds)
    test(`a row that is committed late arrives with masked values, and the state stays (${kind} tap, ${mode} mode)`, async (t) => {
      const folder = temporaryFolder(t);
      const warehouse = join(folder, "warehouse.duckdb");
      const run = await runner(folder, warehouse, kind, mode);
      await query("truncate customers");
      const late = await connected();
      t.after(() => late.end());
      await late.query("begin");
      await late.query(
        "insert into customers values (1, 'late@example.com', 491234567.80, '4111-1111', 'Late', '2026-11-29 12:00:00.25+00')",
      );
      await query(
        "insert into customers values (2, 'jane@example.com', null, '4222-2222', 'Jane', '2026-11-29 12:05:00.5+00')",
      );
      const first = await run();
      assert.equal(first.error, null);
      await late.query("commit");
      const second = await run();
      assert.equal(second.error, null);
      assert.deepEqual(second.warnings, []);
      const { python } = await install(targetDuckdb({ path: warehouse }));
      const rows = JSON.parse(
        execFileSync(python, ["-c", READ, warehouse], { encoding: "utf8" }),
      ) as readonly { readonly [column: string]: unknown }[];
      assert.deepEqual(
        rows.map(({ id, email, phone, name }) => ({ id, email, phone, name })),
        [
          { id: 1, email: hash("late@example.com"), phone: hash("491234567.80"), name: null },
          { id: 2, email: hash("jane@example.com"), phone: null, name: null },
        ],
      );
      assert.ok(!Object.keys(rows[0] ?? {}).includes("card"));
      const bookmark = (state: JsonText | null) => state?.text ?? "";
      assert.match(bookmark(second.stateAfter), /2026-11-29T12:05:00\.5/);
      // Nothing is new: the tap sends the rows of the last minutes again, and the bookmark stays.
      const third = await run();
      assert.equal(third.records, 2);
      assert.equal(bookmark(third.stateAfter), bookmark(second.stateAfter));
      const left = everyFileOf(join(folder, "store"));
      for (const raw of ["late@example.com", "jane@example", "491234567", "4111-1111", "Jane"])
        assert.ok(!left.includes(raw), `${raw} is in the store`);
    });

  async function runner(folder: string, path: string, kind: "bulk" | "SDK", mode: Mode) {
    const { host, port, user, password, database } = postgres;
    const tapOf = kind === "bulk" ? tapPostgres : tapPostgresSdk;
    const entry: Replication = {
      ...{ name: "customers", schedule: "@hourly", mode },
      tap: tapOf({ host, port, user, password, database, filter_schemas: ["public"] }),
      target: targetDuckdb({ path }),
      streams: {
        "public-customers": {
          key: "changed",
          lookback: "10m",
          mask: { email: "hash", phone: "hash", card: "drop", name: "null" },
        },
      },
      maskSalt: secret("mask-salt"),
    };
    const context = {
      ...{
        root: folder,
        store: await openStore(join(folder, "store")),
        secrets: (name: string) => (name === "mask-salt" ? SALT : undefined),
        stop: createStop(),
        onEvent: () => undefined,
      },
      prepare: (connector: typeof entry.tap.connector) =>
        ensureEnvironment(connector, { root: ENVIRONMENTS }),
    };
    return () => runPipeline(context, entry, {});
  }

  async function connected(): Promise<Client> {
    const { host, port, user, password, database } = postgres;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    return client;
  }

  async function query(sql: string): Promise<void> {
    const client = await connected();
    await client.query(sql).finally(() => client.end());
  }
});

function everyFileOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
