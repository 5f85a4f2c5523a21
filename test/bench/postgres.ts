import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import type { Postgres } from "../../src/run/postgres/postgres";
import { runnerArguments } from "../../src/run/runner";
import { usageOf } from "./measure";
import type { InstalledConnector } from "./pair";

/** Fills a table `events` with rows about as long as the records of the tap in C. */
export async function fillEvents(
  { host, port, user, password, database }: Postgres,
  rows: number,
): Promise<void> {
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    await client.query(
      `create table events as
       select id, 'customer ' || id % 997 as customer, (id * 31 % 99700) / 100.0 as amount, id % 2 = 0 as active,
         timestamptz '2026-11-23T08:15:02Z' + id * interval '1 second' as created_at, 'no ' || id % 10 as note
       from generate_series(1, ${rows}) id`,
    );
    await client.query("alter table events add primary key (id)");
  } finally {
    await client.end();
  }
}

/** Discovers and selects the table once, so that neither side of a comparison does, and returns the catalog. */
export async function selectEvents(
  folder: string,
  { environment }: InstalledConnector,
  settings: unknown,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const place = (name: string) => join(folder, name);
  writeFileSync(
    place("config.json"),
    JSON.stringify({ ...(settings as object), max_record_count: 1 }),
  );
  writeFileSync(
    place("select.json"),
    JSON.stringify([
      { stream: "public-events", replicationMethod: "INCREMENTAL", replicationKey: "id" },
    ]),
  );
  const files = {
    tapConnector: environment.descriptionFile,
    tapConfig: place("config.json"),
    select: place("select.json"),
  };
  await usageOf([
    environment.python,
    ...runnerArguments(environment.python, {
      command: "extract",
      ...files,
      output: place("extract.jsonl"),
      result: place("result.json"),
    }),
  ]);
  return place("catalog.json");
}
