import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { startPostgres, type Postgres } from "../../local/postgres";
import { openStore } from "../../store/open";
import { readState } from "../../store/state";
import { random } from "../support/random";
import { TYPESCRIPT } from "../support/command";
import { temporaryFolder } from "./support";

const ROWS = 200_000;
const KILLS = 10;
/** Rows that the source gains where a run came to its end before its kill. */
const MORE = 2_000;

suite("200,000 rows from PostgreSQL to PostgreSQL, killed at ten random moments", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query("postgres", "create database warehouse");
    await query("postgres", "create database shop");
    await query("shop", "create table orders (id integer primary key, customer text not null, amount numeric(10, 2) not null, placed timestamptz not null)");
    await addOrders(ROWS);
  });

  after(() => postgres.stop());

  test("ends with exactly the source's rows, and no state was ever ahead of them", async (t) => {
    const root = temporaryFolder(t);
    const next = random(20261123);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Both modes take turns on the same state; a run tells its progress every half second.
      const ended = await run(root, kill % 2 === 0 ? "artifact" : "stream", 1 + Math.floor(next() * 16));
      await assertStateIsBehindTheData(root);
      if (ended === "killed") killed += 1;
      else await addOrders(MORE);
    }
    assert.ok(killed >= KILLS / 2, `only ${killed} runs were killed`);
    assert.equal(await run(root, "artifact", Number.POSITIVE_INFINITY), "succeeded");
    assert.deepEqual(await fingerprint("warehouse"), await fingerprint("shop"));
  });

  /** Runs the pipeline in a process of its own and kills that with its n-th event of progress. */
  function run(root: string, mode: string, killAt: number): Promise<"killed" | "succeeded"> {
    const driver = join(__dirname, "fixtures", "copy-orders.ts");
    const env = { ...process.env, COPY_PASSWORD: postgres.password };
    const child = spawn(process.execPath, [...TYPESCRIPT, driver, root, String(postgres.port), mode], { env, stdio: ["ignore", "pipe", "inherit"] });
    let events = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      events += text.split("\n").filter((line) => line === "progress").length;
      if (events >= killAt) child.kill("SIGKILL");
    });
    return new Promise((resolve, reject) => {
      child.on("close", (code, signal) => {
        if (signal === "SIGKILL") resolve("killed");
        else if (code === 0) resolve("succeeded");
        else reject(new Error(`the run ended with ${code ?? signal}`));
      });
    });
  }

  async function assertStateIsBehindTheData(root: string): Promise<void> {
    const saved = await readState(await openStore(join(root, "store")), "orders");
    if (!saved) return;
    const state = saved.envelope.state as { readonly bookmarks: { readonly "public-orders": { readonly replication_key_value: number } } };
    const bookmark = state.bookmarks["public-orders"].replication_key_value;
    const [row] = await query("warehouse", `select count(*)::int as rows from orders where id <= ${bookmark}`);
    assert.equal(row?.rows, bookmark, "the state is ahead of the data");
  }

  function fingerprint(database: string): Promise<readonly Record<string, unknown>[]> {
    return query(database, "select count(*)::int as rows, count(distinct id)::int as ids, md5(string_agg(id || '|' || customer || '|' || round(amount, 2) || '|' || extract(epoch from placed)::bigint, ',' order by id)) as content from orders");
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
