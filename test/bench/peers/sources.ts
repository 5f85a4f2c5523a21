import { Client } from "pg";
import { startPostgres, type Postgres } from "../../../src/run/postgres/postgres";
import { run } from "../measure";
import { checksumSql, createSql, rowsOf, type PeerTable } from "./tables";

/** A PostgreSQL server with a source database and a destination database. */
export interface Databases {
  readonly server: Postgres;
  /** Connection string of the database that every side reads. */
  readonly source: string;
  /** Connection string of the database that they load into. */
  readonly destination: string;
  stop(): Promise<void>;
}

/** Starts the server; each table has its share of the rows. */
export async function startDatabases(
  tables: readonly PeerTable[],
  rows: number,
): Promise<Databases> {
  const server = await startPostgres();
  const { host, port, user, password } = server;
  const url = (database: string) =>
    `postgresql://${user}:${password}@${host}:${port}/${database}?sslmode=disable`;
  await query(url("postgres"), ["create database shop", "create database warehouse"]);
  for (const table of tables) await query(url("shop"), createSql(table, rowsOf(table, rows)));
  return { server, source: url("shop"), destination: url("warehouse"), stop: () => server.stop() };
}

/** Runs statements in sequence and returns the first column of the last one's first row. */
export async function query(url: string, statements: readonly string[]): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let first: unknown;
    for (const statement of statements) {
      const { rows } = await client.query<unknown[]>({ text: statement, rowMode: "array" });
      first = rows?.[0]?.[0];
    }
    return first;
  } finally {
    await client.end();
  }
}

/** Removes everything that was loaded. */
export async function emptyDestination({ destination }: Databases): Promise<void> {
  await query(destination, [
    "drop schema public cascade",
    "create schema public",
    "drop schema if exists dlt cascade",
    "drop schema if exists dlt_staging cascade",
  ]);
}

/** Number and checksum of the rows of a table in a database. */
export function checksum(url: string, table: PeerTable, name: string): Promise<unknown> {
  return query(url, [checksumSql(table, name)]);
}

/** Number and checksum of the rows of a CSV file, read by the server with the types of the source. */
export async function fileChecksum(
  { destination }: Databases,
  table: PeerTable,
  file: string,
): Promise<unknown> {
  const columns = table.columns.map(([name, type]) => `${name} ${type}`).join(", ");
  await query(destination, ["drop table if exists compared", `create table compared (${columns})`]);
  await run(["psql", "-q", destination, "-c", `\\copy compared from '${file}' (format csv)`]);
  return checksum(destination, table, "compared");
}
