import { join } from "node:path";
import { Client } from "pg";
import { secret } from "../model/connector-settings";
import { runBatch, type BatchResult } from "../run/batch";
import { startPostgres, type Postgres } from "../run/postgres/postgres";
import { findReplication, type Project } from "../run/project";
import type { RunContext } from "../run/run-options";

const FIRST_ROWS = 1000;
const LATER_ROWS = 50;

/**
 * Runs the pipeline `shop-orders` against a local PostgreSQL, with 1,000 orders on the first run
 * and 50 more on each later one. The database is kept in `.tapctl/shop` for later runs.
 */
export async function runShop(
  context: RunContext,
  project: Project,
  log: (text: string) => void,
): Promise<BatchResult> {
  log("Starting PostgreSQL on this machine with a shop of sample orders...");
  const postgres = await startPostgres({ directory: join(project.root, ".tapctl", "shop") });
  try {
    log(`PostgreSQL on ${postgres.host}:${postgres.port}, ${await addOrders(postgres)} orders.`);
    const shop = findReplication(project, "shop-orders");
    const { host, port, user, database } = postgres;
    const settings = {
      ...shop.tap.settings,
      host,
      port,
      user,
      database,
      password: { ...secret("shop-password") },
    };
    const secrets = (name: string) =>
      name === "shop-password" ? postgres.password : context.secrets(name);
    return await runBatch({ ...context, secrets }, [{ ...shop, tap: { ...shop.tap, settings } }], {
      trigger: "demo",
      source: "demo shop",
    });
  } finally {
    await postgres.stop();
  }
}

/** Adds the rows of one more run and returns the total number of rows. */
async function addOrders(postgres: Postgres): Promise<number> {
  const { host, port, user, password, database } = postgres;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    await client.query(`create table if not exists orders (
      id integer primary key, customer text not null, amount numeric(10, 2) not null, updated_at timestamptz not null)`);
    const before = await count(client);
    // Times are computed from ids, so that every machine has the same rows.
    await client.query(
      `insert into orders select id, 'customer ' || (id * 7919 % 97), (id * 31 % 9973) / 100.0, timestamptz '2026-11-02T00:00:00Z' + id * interval '1 minute'
       from generate_series($1::int + 1, $1::int + $2::int) id`,
      [before, before === 0 ? FIRST_ROWS : LATER_ROWS],
    );
    return await count(client);
  } finally {
    await client.end();
  }
}

async function count(client: Client): Promise<number> {
  const { rows } = await client.query<{ readonly count: string }>("select count(*) from orders");
  return Number(rows[0]?.count ?? 0);
}
