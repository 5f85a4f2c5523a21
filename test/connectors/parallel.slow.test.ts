/** Twenty tables from PostgreSQL to PostgreSQL in slices, with the published connectors. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, suite, test, type TestContext } from "node:test";
import { Client } from "pg";
import { tapPostgresSdk, targetPostgresSdk } from "../../connectors";
import type { JsonText } from "../../src/common/json";
import type { Mode, Replication } from "../../src/model/replication";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import { ENVIRONMENTS, temporaryFolder } from "./support";

const TABLES = 20;
const ROWS = 200;

suite("20 tables from PostgreSQL to PostgreSQL in four slices", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query("create database shop");
    for (let table = 1; table <= TABLES; table += 1)
      await query(
        `create table t${table} (id integer primary key, name text);
         insert into t${table} select id, 'row ' || id from generate_series(1, ${ROWS}) id`,
        "shop",
      );
  });

  after(() => postgres.stop());

  for (const mode of ["artifact", "stream"] as const)
    test(`${mode} mode: every row arrives in tables that four targets create in parallel, then only new rows`, async (t) => {
      const database = `warehouse_${mode}`;
      await query(`create database ${database}`);
      const run = runner(t, mode, database);
      const first = await run();
      assert.equal(first.error, null);
      assert.equal(first.records, TABLES * ROWS);
      assert.equal(first.slices?.length, 4);
      assert.deepEqual(await counts(database), ROWS);
      await query(`insert into t7 values (${ROWS + 1}, 'new')`, "shop");
      const second = await run();
      assert.equal(second.error, null);
      // The key is inclusive: the last row of each table comes again.
      assert.equal(second.records, TABLES + 1);
      await query(`delete from t7 where id > ${ROWS}`, "shop");
    });

  test("a table that one slice cannot write keeps its bookmarks, and the next run loads the rest", async (t) => {
    await query("create database warehouse_locked");
    const run = runner(t, "stream", "warehouse_locked");
    await query(
      "create schema raw; create table raw.t3 (id integer primary key, name text check (name <> 'row 5'))",
      "warehouse_locked",
    );
    const failed = await run();
    assert.equal(failed.status, "failed");
    assert.match(failed.error ?? "", /^slice \d of 4 \(.*\): target-postgres/);
    const saved = bookmarksOf(failed.stateAfter);
    const broken = failed.slices?.find(({ status }) => status === "failed");
    assert.ok(broken?.streams.includes("public-t3"), JSON.stringify(failed.slices));
    for (const slice of failed.slices ?? [])
      for (const stream of slice.streams)
        assert.equal(stream in saved, slice.status === "succeeded", stream);
    await query("alter table raw.t3 drop constraint t3_name_check", "warehouse_locked");
    assert.equal((await run()).error, null);
    assert.deepEqual(await counts("warehouse_locked"), ROWS);
  });

  test("a tap, a target and a runner of a slice are killed: the next run loads what is missing", async (t) => {
    const database = "warehouse_killed";
    await query(`create database ${database}`);
    const killed: string[] = [];
    let victim: Victim | undefined = "tap";
    const run = runner(t, "stream", database, () => {
      const pid = victim && sliceProcess(victim);
      if (pid === undefined) return;
      killed.push(victim ?? "");
      victim = undefined;
      process.kill(pid, "SIGKILL");
    });
    for (const next of ["tap", "target", "runner"] as const) {
      victim = next;
      for (let table = 1; table <= TABLES; table += 1)
        await query(
          `insert into t${table} select id, 'more ' || id from
             (select max(id) as last from t${table}) highest, generate_series(last + 1, last + 300) id`,
          "shop",
        );
      const { status, error, slices = [] } = await run();
      assert.equal(status, "failed", next);
      assert.match(error ?? "", /^slice \d of 4 \(.*SIGKILL/);
      assert.equal(slices.filter((slice) => slice.status === "failed").length, 1, next);
    }
    assert.deepEqual(killed, ["tap", "target", "runner"]);
    assert.equal((await run()).error, null);
    for (let table = 1; table <= TABLES; table += 1)
      assert.deepEqual(
        await fingerprint(`raw.t${table}`, database),
        await fingerprint(`t${table}`, "shop"),
      );
  });

  const fingerprint = (table: string, database: string) =>
    query(
      `select count(*)::int as rows, md5(string_agg(id || name, ',' order by id)) as content from ${table}`,
      database,
    );

  function runner(
    t: TestContext,
    mode: Mode,
    database: string,
    onRecords: () => void = () => undefined,
  ) {
    const root = temporaryFolder(t);
    const { host, port, user, password } = postgres;
    const entry: Replication = {
      name: "shop",
      schedule: "@hourly",
      tap: tapPostgresSdk({
        host,
        port,
        user,
        password,
        database: "shop",
        filter_schemas: ["public"],
      }),
      target: targetPostgresSdk({
        ...{ host, port, user, password, database },
        default_target_schema: "raw",
        load_method: "upsert",
      }),
      streams: [{ stream: "public-t*", replicationMethod: "INCREMENTAL", replicationKey: "id" }],
      mode,
      parallel: 4,
      retries: { limit: 0 },
    };
    return async () =>
      runPipeline(
        {
          root,
          store: await openStore(`${root}/store`),
          prepare: (connector) => ensureEnvironment(connector, { root: ENVIRONMENTS }),
          secrets: () => undefined,
          stop: createStop(),
          onEvent: (event) => {
            if (event.event === "progress" && (event.records ?? 0) > 0) onRecords();
          },
        },
        entry,
      );
  }

  /** The number of rows that every table of the destination has. */
  async function counts(database: string): Promise<number> {
    const found = new Set<number>();
    for (let table = 1; table <= TABLES; table += 1) {
      const [row] = await query(`select count(*)::int as rows from raw.t${table}`, database);
      found.add(Number(row?.["rows"]));
    }
    assert.equal(found.size, 1, [...found].join());
    return [...found][0] ?? 0;
  }

  async function query(sql: string, database?: string) {
    const { host, port, user, password } = postgres;
    const client = new Client({ host, port, user, password, database: database ?? "postgres" });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});

type Victim = "tap" | "target" | "runner";

/** A process of a slice of the run that this process started. */
function sliceProcess(victim: Victim): number | undefined {
  const all = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .map(([, pid, parent, args = ""]) => ({ pid: Number(pid), parent: Number(parent), args }));
  const below = (parents: readonly number[]) =>
    all.filter(({ parent }) => parents.includes(parent));
  const run = below([process.pid]).filter(({ args }) => args.includes("singer/runner"));
  const slices = below(run.map(({ pid }) => pid)).filter(({ args }) =>
    args.includes("singer/runner"),
  );
  const connectors = below(slices.map(({ pid }) => pid));
  const found =
    victim === "runner"
      ? slices
      : connectors.filter(({ args }) => args.includes(`${victim}-postgres`));
  return found.at(-1)?.pid;
}

function bookmarksOf(state: unknown): Record<string, unknown> {
  const parsed = JSON.parse((state as JsonText).text) as {
    readonly bookmarks: Record<string, unknown>;
  };
  return parsed.bookmarks;
}
