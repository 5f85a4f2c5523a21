import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "pg";
import { targetPostgresSdk } from "../../connectors";
import { startPostgres } from "../../src/run/postgres/postgres";
import { load } from "./support";

const MOMENTS = [
  "2026-10-25T00:30:00Z",
  "2026-10-25T01:30:00Z",
  "2026-11-29T13:54:00.123456+02:00",
  "2026-11-29T13:54:00",
  "1850-01-01T00:00:00Z",
];
/** In the year 10000 in Zurich. */
const LAST = "9999-12-31T23:59:59Z";

function messages(moments: readonly string[]): readonly unknown[] {
  const properties = {
    id: { type: "integer" },
    at: { type: "string", format: "date-time" },
    amount: { type: "number" },
    'a"quote': { type: "string" },
  };
  return [
    {
      type: "SCHEMA",
      stream: "moments",
      schema: { type: "object", properties },
      key_properties: ["id"],
    },
    ...moments.map((at, id) => ({
      type: "RECORD",
      stream: "moments",
      record: { id, at, amount: 0.1, 'a"quote': "x" },
    })),
  ];
}

test("target-postgres-sdk: COPY stores what INSERT stores, in any time zone of the database", async (t) => {
  const postgres = await startPostgres();
  const { host, port, user, password, database } = postgres;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  t.after(async () => {
    await client.end();
    await postgres.stop();
  });
  await client.query(`alter database ${database} set timezone = 'Europe/Zurich'`);

  const stored = async (use_copy: boolean | undefined, moments: readonly string[]) => {
    await client.query("drop schema if exists raw cascade");
    const settings = use_copy === undefined ? {} : { use_copy };
    const target = targetPostgresSdk({
      ...{ host, port, user, password, database, default_target_schema: "raw" },
      ...settings,
    });
    const { error } = await load(t, target, messages(moments));
    assert.equal(error, null);
    const { rows } = await client.query<{ readonly row: string }>(
      'select row(id, at, amount, "a""quote")::text as row from raw.moments order by id',
    );
    return rows.map(({ row }) => row);
  };

  const inserted = await stored(false, [...MOMENTS, LAST]);
  assert.equal(inserted[2], '(2,"2026-11-29 12:54:00.123456",0.1,x)');
  assert.deepEqual(await stored(undefined, MOMENTS), inserted.slice(0, -1));
  assert.deepEqual(await stored(undefined, [...MOMENTS, LAST]), inserted);
});
