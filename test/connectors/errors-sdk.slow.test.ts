/** Errors of real connectors: where they are, and what to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "pg";
import { tapPostgresSdk, targetPostgresSdk } from "../../connectors";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { extract, load } from "./support";

const SELECT = [{ stream: "public-dates" }];

function connection({ host, port, user, password, database }: Postgres) {
  return { host, port, user, password, database };
}

/** A stream of one record. */
function rows(properties: object, record: object): readonly unknown[] {
  return [
    {
      type: "SCHEMA",
      stream: "orders",
      schema: { type: "object", properties: { id: { type: "integer" }, ...properties } },
      key_properties: ["id"],
    },
    { type: "RECORD", stream: "orders", record: { id: 1, ...record } },
  ];
}

test("errors of tap-postgres-sdk and target-postgres-sdk: they name stream and column and have a hint that works", async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const client = new Client(connection(postgres));
  await client.connect();
  await client.query(
    "create table dates (id integer primary key, made date); insert into dates values (1, '4714-12-01 BC')",
  );
  await client.end();
  const tap = (settings: object = {}) =>
    tapPostgresSdk({ ...connection(postgres), filter_schemas: ["public"], ...settings });
  const target = (settings: object = {}) =>
    targetPostgresSdk({ ...connection(postgres), default_target_schema: "raw", ...settings });
  const text = String(postgres.port);
  const draft4 = rows(
    { amount: { type: ["null", "number"], maximum: 100, exclusiveMaximum: true } },
    { amount: 5 },
  );
  const withNul = rows({ note: { type: "string" } }, { note: "a\u0000b" });

  for (const [what, run, expected] of [
    [
      "a date before year 1",
      async () => (await extract(t, tap(), { select: SELECT })).result,
      /year -4714 is out of range \(stream "public-dates"\); hint: .* set dates_as_string to true$/,
    ],
    [
      "the same with the hint followed",
      async () => (await extract(t, tap({ dates_as_string: true }), { select: SELECT })).result,
      null,
    ],
    [
      "a missing setting",
      async () => (await extract(t, tapPostgresSdk({}), { select: SELECT })).result,
      /host, port, user, and password to be set$/,
    ],
    [
      "a port that is text",
      async () => (await extract(t, tap({ port: text }), { select: SELECT })).result,
      /in config\['port'\]; hint: correct the setting in the pipeline$/,
    ],
    [
      "a port that is a secret, which is text",
      async () =>
        (
          await extract(t, tap({ port: text, dates_as_string: true }), {
            select: SELECT,
            secrets: [["port"]],
          })
        ).result,
      null,
    ],
    [
      "a wrong password",
      () => load(t, target({ password: "wrong" }), rows({}, {})),
      /password authentication failed for user "\w+"; hint: check the user and the password/,
    ],
    [
      "a server that does not answer",
      () => load(t, target({ port: 1 }), rows({}, {})),
      /refused.*; hint: nothing listens there/i,
    ],
    [
      "number limits of draft 4",
      () => load(t, target(), draft4),
      /True is not of type 'number' \(column "amount"\); hint: .* set validate_records to false$/,
    ],
    [
      "the same with the hint followed",
      () => load(t, target({ validate_records: false }), draft4),
      null,
    ],
    [
      "a record that does not fit",
      () => load(t, target(), rows({ amount: { type: "number" } }, { amount: "abc" })),
      /'abc' is not of type 'number' \(stream "orders", column "amount"\); hint: /,
    ],
    [
      "U+0000 in text",
      () => load(t, target(), withNul),
      /cannot contain NUL .*\(stream "orders"\); hint: .* set sanitize_null_text_characters to true$/,
    ],
    [
      "the same with the hint followed",
      () => load(t, target({ sanitize_null_text_characters: true }), withNul),
      null,
    ],
  ] as const) {
    await t.test(`errors of connectors: ${what}`, async () => {
      const { error } = await run();
      if (expected) assert.match(error ?? "", expected);
      else assert.equal(error, null);
    });
  }
});
