/** `tapctl test` with real connectors: a sample of each stream, through a scratch destination or the validator. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, suite, test, type TestContext } from "node:test";
import { Client } from "pg";
import {
  tapExchangeRatesApi,
  tapPostgres,
  targetDuckdb,
  targetJsonl,
  targetPostgres,
} from "../../connectors";
import { JsonText } from "../../src/common/json";
import { secret } from "../../src/model/connector-settings";
import type { Replication } from "../../src/model/replication";
import { connectorConfigs } from "../../src/run/connector-configs";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { testPipeline, type TestArgs } from "../../src/run/test-pipeline";
import { install, serve, temporaryFolder } from "./support";

const noStore = (): Promise<never> => Promise.reject(new Error("no store is needed"));

function run(
  t: TestContext,
  entry: Replication,
  more: Partial<TestArgs> & { readonly secrets?: { readonly [name: string]: string } } = {},
) {
  const { secrets = {}, ...args } = more;
  return testPipeline({
    entry,
    configs: () =>
      connectorConfigs(entry, { openStore: noStore, secrets: (name) => secrets[name] }),
    environments: async () => ({
      tap: await install(entry.tap),
      target: await install(entry.target),
    }),
    state: () => Promise.resolve(undefined),
    cwd: temporaryFolder(t),
    records: 10,
    timeout: 120,
    ...args,
  });
}

suite("test of a pipeline", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    const { host, port, user, password, database } = postgres;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    await client.query(
      `create table large (id bigint primary key, email text, changed timestamptz not null);
       insert into large select id, 'user' || id || '@example.com', timestamptz '2026-01-01' + id * interval '1 second' from generate_series(1, 3000000) id;
       create table small (id integer primary key, name text);
       insert into small select id, 'name ' || id from generate_series(1, 3) id;
       create table none (id integer primary key)`,
    );
    await client.end();
  });

  after(() => postgres.stop());

  function entryOf(more: Partial<Replication>): Replication {
    const { host, port, user, database } = postgres;
    const password = secret("shop-password");
    return {
      ...{ name: "shop", schedule: "@hourly" },
      tap: tapPostgres({ host, port, user, password, database, filter_schemas: ["public"] }),
      target: targetDuckdb({ path: "real.duckdb" }),
      streams: {
        "public-large": { key: "changed", mask: { email: "hash" }, lookback: "10m" },
        "public-small": { replication: "full-table" },
        "public-none": { replication: "full-table" },
      },
      maskSalt: secret("mask-salt"),
      ...more,
    };
  }

  const secrets = () => ({ "shop-password": postgres.password, "mask-salt": "salt" });

  test("test: the first records of each stream are loaded into a temporary database, and the forecast names bookmarks", async (t) => {
    const bookmark = '"2026-01-01T10:00:00+00:00"';
    const report = await run(t, entryOf({}), {
      secrets: secrets(),
      state: () =>
        Promise.resolve(
          JsonText.parse(
            `{"bookmarks": {"public-large": {"replication_key": "changed", "replication_key_value": ${bookmark}}}}`,
          ),
        ),
    });
    assert.deepEqual(
      report.steps.map(({ name, subject, ok, detail }) => [name, subject, ok, detail]),
      [
        ["settings", "shop", true, "valid, and every secret is set"],
        [
          "discovers",
          "tap-postgres",
          true,
          "found 3 streams, selects public-large, public-none, public-small",
        ],
        [
          "extracts",
          "tap-postgres",
          true,
          "13 records of 2 streams, at most 10 of each; no records of public-none",
        ],
        ["loads", "target-duckdb", true, "13 records into a temporary folder"],
      ],
    );
    assert.equal(report.forecast?.length, 3);
    const [large] = report.forecast.filter(({ stream }) => stream === "public-large");
    assert.equal(large?.replication, "INCREMENTAL");
    assert.equal(large.key, "changed");
    assert.ok(large.bookmark?.includes(bookmark));
    assert.equal(large.lookback, "10m");
    assert.ok(!existsSync("real.duckdb"));
  });

  test("test: a target that can only write to its destination is not started: the messages are validated", async (t) => {
    const target = targetPostgres({
      ...{ host: "127.0.0.1", port: 1, user: "me", password: "x", database: "warehouse" },
    });
    const report = await run(t, entryOf({ target }), { secrets: secrets() });
    assert.deepEqual(
      report.steps
        .slice(3)
        .map(({ name, subject, ok }) => `${name} ${subject} ${ok}`)
        .sort(),
      ["public-large", "public-none", "public-small"]
        .map((stream) => `validates ${stream} true`)
        .concat("validates messages true")
        .sort(),
    );
  });

  test("test: a missing secret, wrong credentials and a typo in a mask are reported", async (t) => {
    const missing = await run(t, entryOf({}), { secrets: { "mask-salt": "salt" } });
    assert.deepEqual([missing.ok, missing.steps.length], [false, 1]);
    assert.match(missing.steps[0]?.detail ?? "", /secret "shop-password" is not set/);
    const { host, port, database } = postgres;
    const wrong = await run(
      t,
      entryOf({
        tap: tapPostgres({ host, port, user: "nobody", password: "x", database }),
      }),
      { secrets: secrets() },
    );
    assert.deepEqual([wrong.ok, wrong.steps.at(-1)?.name], [false, "discovers"]);
    const typo = await run(
      t,
      entryOf({ streams: { "public-small": { mask: { nmae: "null" } } } }),
      {
        secrets: secrets(),
      },
    );
    assert.deepEqual([typo.ok, typo.steps.at(-1)?.name], [false, "extracts"]);
    assert.match(typo.steps.at(-1)?.detail ?? "", /"nmae" .* is not in its SCHEMA/);
  });

  test("test: a tap without a catalog is stopped once it has sent enough records", async (t) => {
    const api = await serve(t, (request, response) => {
      const date = (request.url ?? "").split("?")[0]?.slice(1);
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ base: "USD", date, rates: { EUR: 0.9, GBP: 0.8 } }));
    });
    const report = await run(t, {
      ...{ name: "rates", schedule: "@daily" },
      tap: tapExchangeRatesApi({ base_url: api, start_date: "2001-01-01" }),
      target: targetJsonl({}),
    });
    assert.ok(report.ok, JSON.stringify(report.steps));
    assert.deepEqual(
      report.steps.map(({ name }) => name),
      ["settings", "extracts", "loads"],
    );
    assert.match(report.steps[1]?.detail ?? "", /^10 records of 1 stream/);
    assert.deepEqual(
      report.forecast?.map(({ stream }) => stream),
      ["exchange_rate"],
    );
  });
});
