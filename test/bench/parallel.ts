import { join } from "node:path";
import { Client } from "pg";
import { tapPostgresSdk, targetPostgresSdk } from "../../connectors";
import type { Replication } from "../../src/model/replication";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import type { BenchContext } from "./context";
import { figure, seconds, type Figure } from "./figure";
import { inTurn, ratioOf, spreadOf, logProgress } from "./measure";

const ROUNDS = 3;
const TABLES = 20;

/** The same tables from PostgreSQL to PostgreSQL with one tap and target, and with four. */
export async function benchParallel(context: BenchContext): Promise<readonly Figure[]> {
  const rows = Math.max(1, Math.round(context.records / 200));
  const postgres = await startPostgres();
  try {
    logProgress(`writing ${TABLES} tables of ${rows} rows to PostgreSQL`);
    await fill(postgres, rows);
    let runs = 0;
    const run = async (parallel: number): Promise<number> => {
      const database = `copy_${(runs += 1)}`;
      await query(postgres, "postgres", `create database ${database}`);
      return copy(context, postgres, database, parallel, rows);
    };
    const sides = await inTurn<"serial" | "parallel", number>("parallel streams", ROUNDS, {
      serial: () => run(1),
      parallel: () => run(4),
    });
    return [
      figure({
        what: `${TABLES} tables of ${rows} rows, PostgreSQL to PostgreSQL, one tap and target / \`parallel: 4\``,
        unit: "times",
        target: { atLeast: 1.7 },
        measured: ratioOf(sides.serial, sides.parallel),
        detail: `${seconds(spreadOf(sides.serial).median)} / ${seconds(spreadOf(sides.parallel).median)}`,
      }),
    ];
  } finally {
    await postgres.stop();
  }
}

/** Seconds of a whole run. */
async function copy(
  context: BenchContext,
  postgres: Postgres,
  database: string,
  parallel: number,
  rows: number,
): Promise<number> {
  const { host, port, user, password } = postgres;
  const server = { host, port, user, password };
  const entry: Replication = {
    name: "shop",
    schedule: "@hourly",
    tap: tapPostgresSdk({ ...server, database: "shop", filter_schemas: ["public"] }),
    target: targetPostgresSdk({ ...server, database, default_target_schema: "raw" }),
    streams: [{ stream: "public-t*", replicationMethod: "INCREMENTAL", replicationKey: "id" }],
    mode: "stream",
    parallel,
    retries: { limit: 0 },
  };
  const root = join(context.folder, database);
  const begun = performance.now();
  const summary = await runPipeline(
    {
      root: context.folder,
      store: await openStore(root),
      prepare: (connector) => ensureEnvironment(connector, { root: context.environments }),
      secrets: () => undefined,
      stop: createStop(),
      onEvent: () => undefined,
    },
    entry,
  );
  const took = (performance.now() - begun) / 1000;
  if (summary.error !== null || summary.records !== TABLES * rows)
    throw new Error(`${summary.records} records: ${summary.error}`);
  if ((summary.slices?.length ?? 1) !== parallel)
    throw new Error(`${summary.slices?.length ?? 1} slices: ${summary.warnings.join("; ")}`);
  return took;
}

async function fill(postgres: Postgres, rows: number): Promise<void> {
  await query(postgres, "postgres", "create database shop");
  for (let table = 1; table <= TABLES; table += 1)
    await query(
      postgres,
      "shop",
      `create table t${table} as
       select id, 'customer ' || id % 997 as customer, (id * 31 % 99700) / 100.0 as amount, id % 2 = 0 as active,
         timestamptz '2026-11-23T08:15:02Z' + id * interval '1 second' as created_at, 'no ' || id % 10 as note
       from generate_series(1, ${rows}) id;
       alter table t${table} add primary key (id)`,
    );
}

async function query(
  { host, port, user, password }: Postgres,
  database: string,
  sql: string,
): Promise<void> {
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
