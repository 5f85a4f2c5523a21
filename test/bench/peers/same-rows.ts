import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../measure";
import type { Bench } from "./sides";
import { checksum, fileChecksum } from "./sources";
import type { PeerTable } from "./tables";

/** Where the rows of a side are after its run. */
export type Loaded =
  | { readonly kind: "postgres"; readonly table: string }
  | { readonly kind: "duckdb"; readonly file: string; readonly table: string }
  | { readonly kind: "parquet"; readonly folder: string; readonly files: string }
  | { readonly kind: "nowhere" };

/** Compares what a side loaded with the source, and removes files. @throws Error if it differs. */
export async function expectSame(
  bench: Bench,
  name: string,
  table: PeerTable,
  loaded: Loaded,
): Promise<void> {
  const { databases, folder } = bench;
  if (loaded.kind === "nowhere") return;
  const expected = await checksum(databases.source, table, table.name);
  const found =
    loaded.kind === "postgres"
      ? await checksum(databases.destination, table, loaded.table)
      : await fileChecksum(databases, table, await exported(bench, table, loaded));
  rmSync(join(folder, "export.csv"), { force: true });
  if (found !== expected) throw new Error(`${name}: ${String(found)}; source: ${String(expected)}`);
}

async function exported(
  { tools, folder }: Bench,
  table: PeerTable,
  loaded: Exclude<Loaded, { readonly kind: "postgres" | "nowhere" }>,
): Promise<string> {
  const file = join(folder, "export.csv");
  mkdirSync(folder, { recursive: true });
  const columns = table.columns.map(([column]) => column);
  const from =
    loaded.kind === "duckdb"
      ? { database: loaded.file, from: loaded.table }
      : {
          from: `read_parquet('${loaded.folder}/${loaded.files}/*.parquet', union_by_name = true)`,
        };
  const work = { columns, file, ...from };
  await run([tools.dlt, join(__dirname, "peers.py"), "export", JSON.stringify(work)]);
  const used = loaded.kind === "duckdb" ? loaded.file : loaded.folder;
  if (existsSync(used)) rmSync(used, { recursive: true });
  return file;
}
