import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "pg";
import { tapPostgres, tapPostgresSdk, targetPostgres, targetPostgresSdk } from "../../connectors";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import * as certification from "../certification/run-connector";
import { extract, load, temporaryFolder } from "./support";

async function query(postgres: Postgres, sql: string): Promise<readonly unknown[]> {
  const client = new Client(connection(postgres));
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function connection({ host, port, user, password, database }: Postgres) {
  return { host, port, user, password, database };
}

const PAIRS = [
  { name: "tap-postgres to target-postgres", tapOf: tapPostgres, targetOf: targetPostgres },
  {
    name: "tap-postgres-sdk to target-postgres-sdk",
    tapOf: tapPostgresSdk,
    targetOf: targetPostgresSdk,
  },
  { name: "tap-postgres to target-postgres-sdk", tapOf: tapPostgres, targetOf: targetPostgresSdk },
] as const;

for (const { name, tapOf, targetOf } of PAIRS) {
  test(`${name}: a table is copied, then only its new rows`, async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    await query(
      postgres,
      "create table orders (id integer primary key, customer text, amount numeric(10, 2)); insert into orders values (1, 'Ada', 1.50), (2, 'Zoë', 2.25)",
    );
    const tap = tapOf({ ...connection(postgres), filter_schemas: ["public"] });
    const target = targetOf({ ...connection(postgres), default_target_schema: "raw" });
    const select = [
      { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "id" },
    ];

    const first = await extract(t, tap, { select });
    assert.equal(first.result.code, 0, first.result.error ?? "");
    const loaded = await load(t, target, first.messages);
    assert.equal(loaded.code, 0, loaded.error ?? "");

    await query(postgres, "insert into orders values (3, null, 3)");
    const state = first.messages.filter(({ type }) => type === "STATE").at(-1)?.value;
    const second = await extract(t, tap, { select, state });
    assert.deepEqual(
      second.messages.filter(({ type }) => type === "RECORD").map(({ record }) => record?.["id"]),
      [2, 3],
      "the key is inclusive",
    );
    assert.equal((await load(t, target, second.messages)).code, 0);

    const [row] = await query(
      postgres,
      "select table_name from information_schema.tables where table_schema = 'raw'",
    );
    assert.deepEqual(row, { table_name: "orders" });
    assert.deepEqual(
      await query(postgres, "select id::int, customer, amount::float from raw.orders order by id"),
      [
        { id: 1, customer: "Ada", amount: 1.5 },
        { id: 2, customer: "Zoë", amount: 2.25 },
        { id: 3, customer: null, amount: 3 },
      ],
    );
  });

  test(`${name}: jsonb stays jsonb, with json_as_object if it holds only objects`, async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    await query(
      postgres,
      `create table objects (id integer primary key, content jsonb);
     insert into objects values (1, '{"a": [1, null, {"b": "c\\"d"}], "n": 1234567890123456789}'), (2, null), (3, '{}');
     create table documents as table objects;
     alter table documents add primary key (id);
     insert into documents values (4, '[1, "x"]'), (5, '"text"'), (6, '12.50'), (7, 'true'), (8, '"{\\"a\\": 1}"')`,
    );
    const folder = temporaryFolder(t);
    for (const [table, json_as_object] of [
      ["objects", true],
      ["documents", false],
    ] as const) {
      const tap = tapOf({
        ...connection(postgres),
        filter_schemas: ["public"],
        json_as_object,
      });
      const { lines, result } = await certification.extract(tap, join(folder, table), {
        select: [{ stream: `public-${table}` }],
      });
      assert.equal(result.code, 0, result.error ?? "");
      const target = targetOf({ ...connection(postgres), default_target_schema: "raw" });
      const loaded = await certification.load(
        target,
        lines,
        join(folder, `load-${table}`),
        join(folder, "output"),
      );
      assert.equal(loaded.code, 0, loaded.error ?? "");
      const different = await query(
        postgres,
        `select id, source.content::text as sent, raw.${table}.content::text as stored from ${table} source left join raw.${table} using (id) where source.content is distinct from raw.${table}.content::jsonb`,
      );
      assert.deepEqual(different, []);
    }
    assert.deepEqual(
      await query(
        postgres,
        "select table_name, data_type from information_schema.columns where table_schema = 'raw' and column_name = 'content' order by 1",
      ),
      [
        { table_name: "documents", data_type: "jsonb" },
        { table_name: "objects", data_type: "jsonb" },
      ],
    );
  });
}
