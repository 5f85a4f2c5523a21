import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { openStore } from "../../src/store/open";
import { readState } from "../../src/store/state/state";
import { random } from "../support/random";
import { compiled } from "../support/command";
import { temporaryFolder } from "./support";
import { plain } from "../support/plain";

const KILLS = 10;
const ROWS = 200_000;
/**
 * Rows that the source gains before each run that is killed; the others come before the last run.
 */
const MORE = 4_000;
/** Approximate size of an order as a Singer record. */
const BYTES = 200;

suite("PostgreSQL to PostgreSQL, killed at random moments", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query("postgres", "create database warehouse");
    await query("postgres", "create database shop");
    await query(
      "shop",
      "create table orders (id integer primary key, customer text not null, amount numeric(10, 2) not null, placed timestamptz not null)",
    );
  });

  after(() => postgres.stop());

  test("PostgreSQL to PostgreSQL: after ten kills, the rows equal the source's, and no state was ahead of them", async (t) => {
    const root = temporaryFolder(t);
    const next = random(20261123);
    const killed: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await addOrders(MORE);
      // Both modes take turns on the same state. In artifact mode each row is moved twice.
      const mode = kill % 2 === 0 ? "artifact" : "stream";
      const moves = (await rowsToCome(root)) * BYTES * (mode === "artifact" ? 2 : 1);
      const { end, phase } = await run(root, mode, next() * moves);
      await assertStateIsBehindTheData(root);
      if (end === "killed") killed.push(phase);
    }
    t.diagnostic(`killed: ${killed.join(", ")}`);
    assert.ok(killed.length >= KILLS / 2, `only ${killed.length} runs were killed`);
    assert.ok(
      killed.some((phase) => phase !== "extract"),
      "no run was killed while it loaded",
    );
    await addOrders(ROWS - KILLS * MORE);
    assert.equal((await run(root, "artifact", Number.POSITIVE_INFINITY)).end, "succeeded");
    assert.deepEqual(await fingerprint("warehouse"), await fingerprint("shop"));
  });

  /**
   * Runs the pipeline in a separate process and kills it after this number of bytes; returns how it
   * ended, and in which phase.
   */
  function run(
    root: string,
    mode: string,
    killAt: number,
  ): Promise<{ readonly end: "killed" | "succeeded"; readonly phase: string }> {
    const driver = compiled("test/run/fixtures/copy-orders");
    const env = { ...process.env, COPY_PASSWORD: postgres.password };
    const child = spawn(process.execPath, [driver, root, String(postgres.port), mode], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const moved = new Map<string, number>();
    let phase = "extract";
    createInterface(child.stdout).on("line", (line) => {
      const [name = "", bytes] = line.split(" ");
      moved.set((phase = name), Number(bytes));
      if ([...moved.values()].reduce((sum, each) => sum + each, 0) >= killAt) child.kill("SIGKILL");
    });
    return new Promise((resolve, reject) => {
      child.on("close", (code, signal) => {
        if (signal === "SIGKILL") resolve({ end: "killed", phase });
        else if (code === 0) resolve({ end: "succeeded", phase });
        else reject(new Error(`the run ended with ${code ?? signal}`));
      });
    });
  }

  async function bookmarkOf(root: string): Promise<number> {
    const saved = await readState(await openStore(join(root, "store")), "orders");
    const state = plain(saved?.envelope.state) as
      | {
          readonly bookmarks: {
            readonly "public-orders": { readonly replication_key_value: number };
          };
        }
      | undefined;
    return state?.bookmarks["public-orders"].replication_key_value ?? 0;
  }

  async function rowsToCome(root: string): Promise<number> {
    const [row] = await query("shop", "select count(*)::int as rows from orders");
    return Number(row?.rows) - (await bookmarkOf(root));
  }

  async function assertStateIsBehindTheData(root: string): Promise<void> {
    const bookmark = await bookmarkOf(root);
    if (bookmark === 0) return;
    const [row] = await query(
      "warehouse",
      `select count(*)::int as rows from orders where id <= ${bookmark}`,
    );
    assert.equal(row?.rows, bookmark, "the state is ahead of the data");
  }

  function fingerprint(database: string): Promise<readonly Record<string, unknown>[]> {
    return query(
      database,
      "select count(*)::int as rows, count(distinct id)::int as ids, md5(string_agg(id || '|' || customer || '|' || round(amount, 2) || '|' || extract(epoch from placed)::bigint, ',' order by id)) as content from orders",
    );
  }

  async function addOrders(count: number): Promise<void> {
    await query(
      "shop",
      `insert into orders select id, 'customer ' || (id * 7919 % 9973), (id * 31::bigint % 99991) / 100.0, timestamptz '2026-01-01T00:00:00Z' + id * interval '10 seconds'
       from (select coalesce(max(id), 0) as last from orders) known, generate_series(known.last + 1, known.last + ${count}) id`,
    );
  }

  async function query(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const { host, port, user, password } = postgres;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
