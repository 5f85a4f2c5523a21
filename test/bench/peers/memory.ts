import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tapPostgres } from "../../../connectors";
import { settingsOf, type Tap, type Target } from "../../../src/model/connector";
import { figure, type Figure } from "../figure";
import { run, spreadOf } from "../measure";
import { install } from "../pair";
import { commandOf, runShell, shellWords } from "../runner";
import { duckdbTarget, parquetTarget, postgresTarget, type Bench } from "./sides";
import { emptyDestination } from "./sources";
import type { PeerTable } from "./tables";

/** Resident memory of the tap and of each target at its peak, without the runner. */
export async function memoryFigures(bench: Bench, table: PeerTable): Promise<readonly Figure[]> {
  const folder = join(bench.folder, "memory");
  mkdirSync(folder);
  const extract = join(folder, "extract.jsonl");
  const { host, port, user, password } = bench.databases.server;
  const tap = tapPostgres({ host, port, user, password, database: "shop" });
  const catalog = await selectedCatalog(bench, tap, table, folder);
  const tapLine = await line(bench, tap, folder, ["--catalog", catalog]);
  const figures = [await memory("tap-postgres", `${tapLine} > ${extract}`)];
  await emptyDestination(bench.databases);
  for (const target of [
    postgresTarget(bench),
    duckdbTarget(join(folder, "warehouse.duckdb")),
    parquetTarget(join(folder, "parquet")),
  ])
    figures.push(
      await memory(
        target.connector.name,
        `${await line(bench, target, folder, [])} < ${extract} > /dev/null`,
      ),
    );
  rmSync(folder, { recursive: true });
  return figures;
}

async function memory(name: string, shell: string): Promise<Figure> {
  const { rss } = await runShell(shell);
  return figure({
    what: `${name}: memory`,
    unit: "MB",
    target: { atMost: 100 },
    measured: spreadOf([rss / 1e6]),
    detail: "",
  });
}

/** The shell command of a connector. */
async function line(
  bench: Bench,
  connector: Tap | Target,
  folder: string,
  flags: readonly string[],
): Promise<string> {
  const { name } = connector.connector;
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify(settingsOf(connector)));
  const installed = await install(connector.connector, bench.environments);
  return shellWords([...commandOf(installed), "--config", config, ...flags]);
}

/** Discovers the catalog and selects one table. */
async function selectedCatalog(
  bench: Bench,
  tap: Tap,
  table: PeerTable,
  folder: string,
): Promise<string> {
  const discover = await line(bench, tap, folder, ["--discover"]);
  const { stdout } = await run(["sh", "-c", discover]);
  const catalog = JSON.parse(stdout) as {
    readonly streams: readonly {
      readonly tap_stream_id: string;
      readonly metadata: readonly { readonly breadcrumb: readonly string[]; metadata: object }[];
    }[];
  };
  const stream = catalog.streams.find((one) => one.tap_stream_id === `public-${table.name}`);
  for (const one of stream?.metadata ?? [])
    if (one.breadcrumb.length === 0)
      one.metadata = { ...one.metadata, selected: true, "replication-method": "FULL_TABLE" };
  const file = join(folder, "catalog.json");
  writeFileSync(file, JSON.stringify({ streams: [stream] }));
  return file;
}
