/** Catalogs of a real PostgreSQL with 3,000 tables: discovered, compared, selected from, used and replaced by runs. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { Client } from "pg";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runOnTerminal } from "../support/terminal";
import { cliEnvironment, makeProject, REPOSITORY, startTapctl, TAPCTL } from "./support";

const TABLES = 3000;

suite(`catalogs of PostgreSQL with ${TABLES} tables`, { concurrency: 1 }, () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query("postgres", "create database shop");
    // A transaction can lock only so many tables.
    for (let first = 1; first <= TABLES; first += 500)
      await query(
        "shop",
        `do $$ begin for n in ${first}..${first + 499} loop
           execute format('create table t_%s (id integer primary key, note text, updated_at timestamptz)', n);
         end loop; end $$`,
      );
    await query("shop", "insert into t_2999 select n, 'x', now() from generate_series(1, 10) n");
  });

  after(() => postgres.stop());

  test("catalog: all tables are discovered, and a change of one is shown by --diff", async (t) => {
    const root = project(t);
    const discovered = await startTapctl(root, ["discover", "shop"]);
    assert.equal(discovered.code, 0, discovered.stderr);
    assert.match(discovered.stdout, /^public-t_2999 +id /m);
    assert.match(discovered.stdout, /^3,000 streams/m);
    assert.equal(streamsIn(join(root, "pipelines", "catalogs", "shop.catalog.json")), TABLES);
    const same = await startTapctl(root, ["discover", "shop", "--diff"]);
    assert.deepEqual([same.code, same.stdout], [0, "The catalog is unchanged.\n"], same.stderr);
    await query("shop", "alter table t_7 add extra text");
    const changed = await startTapctl(root, ["discover", "shop", "--diff"]);
    assert.deepEqual(
      [changed.code, changed.stdout],
      [1, `~ public-t_7\n    column "extra" added (string, null)\n`],
      changed.stderr,
    );
  });

  test("catalog: a stream is found among all and selected on a terminal", async (t) => {
    const root = project(t);
    symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
    assert.equal((await startTapctl(root, ["discover", "shop"])).code, 0);
    const { code, screen } = await runOnTerminal(
      [TAPCTL, "select", "shop"],
      [
        ["Streams to replicate", "t_2998"],
        ["1 match", "\t"],
        ["◼ public-t_2998", "\r"],
        ["Stream to change", "\r"],
      ],
      { cwd: root, env: cliEnvironment() },
    );
    assert.equal(code, 0, screen);
    const array = readFileSync(join(root, "pipelines", "index.ts"), "utf8");
    assert.match(array, /"public-t_2998"/);
  });

  test("catalog: a run uses the stored one, replaces it in a retry when a column is gone, and the next run uses the new one", async (t) => {
    const root = project(t, { streams: ["public-t_2999"] });
    assert.equal((await startTapctl(root, ["discover", "shop"])).code, 0);
    const run = () => startTapctl(root, ["run", "shop", "--verbose"]);
    const first = await run();
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /uses the catalog that was discovered/);
    await query("shop", "alter table t_2999 drop note");
    const retried = await run();
    assert.equal(retried.code, 0, retried.stderr);
    assert.match(retried.stderr, /stores the discovered catalog for the next runs/);
    const last = await run();
    assert.equal(last.code, 0, last.stderr);
    assert.match(last.stderr, /uses the catalog that was discovered/);
    assert.doesNotMatch(last.stderr, /retry|stores the discovered catalog/);
    // What was reviewed in the project stays.
    const { streams } = JSON.parse(
      readFileSync(join(root, "pipelines", "catalogs", "shop.catalog.json"), "utf8"),
    ) as {
      readonly streams: readonly { readonly tap_stream_id: string; readonly schema: object }[];
    };
    const kept = streams.find((one) => one.tap_stream_id === "public-t_2999");
    assert.match(JSON.stringify(kept?.schema), /"note"/);
  });

  test("catalog: a run replaces one that is older than maxAge before it extracts", async (t) => {
    const root = project(t, { streams: ["public-t_2997"], catalog: { maxAge: "1s" } });
    const run = () => startTapctl(root, ["run", "shop", "--verbose"]);
    const first = await run();
    assert.match(first.stderr, /stores the discovered catalog for the next runs/, first.stderr);
    const stored = join(root, ".tapctl", "store", "catalogs", "shop", "catalog.json");
    assert.ok(existsSync(stored));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const next = await run();
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stderr, /longer ago than its maxAge/);
    assert.match(next.stderr, /stores the discovered catalog for the next runs/);
  });

  function project(t: TestContext, more: object = {}): string {
    const settings = {
      ...{ host: "127.0.0.1", port: postgres.port, user: postgres.user },
      ...{ password: postgres.password, database: "shop" },
    };
    const rest = JSON.stringify({ retries: { limit: 1, delay: "1s" }, ...more }).slice(1, -1);
    return makeProject(
      t,
      `[{ name: "shop", schedule: "@daily", tap: c.tapPostgres(${JSON.stringify(settings)}), target: c.targetJsonl({}), ${rest} }]`,
    );
  }

  async function query(database: string, sql: string): Promise<void> {
    const { port, user, password } = postgres;
    const client = new Client({ host: "127.0.0.1", port, user, password, database });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
});

function streamsIn(file: string): number {
  const { streams } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly streams: readonly unknown[];
  };
  return streams.length;
}
