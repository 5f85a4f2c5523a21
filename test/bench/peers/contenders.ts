import { join } from "node:path";
import type { Target } from "../../../src/model/connector";
import type { Usage } from "../measure";
import type { Loaded } from "./same-rows";
import {
  copySide,
  dltSide,
  duckdbTarget,
  meltanoSide,
  parquetTarget,
  postgresTarget,
  slingSide,
  tapctlSide,
  type Bench,
  type Side,
} from "./sides";
import type { PeerTable } from "./tables";

/** A side with where its rows are afterwards. */
export interface Contender {
  readonly run: Side;
  readonly loaded: (table: PeerTable) => Loaded;
}

/** The contenders of one comparison. */
export type Contenders<Name extends string> = { readonly [Key in Name]: Contender };
/** What their runs took. */
export type Usages<Name extends string> = { readonly [Key in Name]: readonly Usage[] };

/** From PostgreSQL to PostgreSQL. */
export async function postgresContenders(bench: Bench) {
  const table = (prefix: string, schema = "public") => ({
    loaded: ({ name }: PeerTable): Loaded => ({
      kind: "postgres",
      table: `${schema}.${prefix}${name}`,
    }),
  });
  return {
    copy: { run: copySide(bench), ...table("copied_") },
    tapctl: tapctlContender(bench, "postgres", postgresTarget(bench), table("").loaded),
    sling: { run: slingSide(bench), ...table("sling_") },
    dlt: {
      run: dltSide(bench, "postgres", bench.databases.destination),
      ...table("", "dlt"),
    },
    meltano: { run: await meltanoSide(bench), ...table("") },
  };
}

/** From PostgreSQL to a DuckDB file. */
export function duckdbContenders(bench: Bench) {
  const file = (name: string) => join(bench.folder, `${name}-warehouse.duckdb`);
  const loaded =
    (name: string, schema: string) =>
    (table: PeerTable): Loaded => ({
      kind: "duckdb",
      file: file(name),
      table: `${schema}.${table.name}`,
    });
  return {
    tapctl: tapctlContender(
      bench,
      "duckdb",
      duckdbTarget(file("tapctl")),
      loaded("tapctl", "main"),
    ),
    dlt: { run: dltSide(bench, "duckdb", file("dlt")), loaded: loaded("dlt", "dlt") },
  };
}

/** From PostgreSQL to Parquet files. */
export function parquetContenders(bench: Bench) {
  const folder = (name: string) => join(bench.folder, `${name}-parquet`);
  const loaded = (name: string, files: string) => (): Loaded => ({
    kind: "parquet",
    folder: folder(name),
    files,
  });
  return {
    tapctl: tapctlContender(
      bench,
      "parquet",
      parquetTarget(folder("tapctl")),
      loaded("tapctl", "**"),
    ),
    dlt: { run: dltSide(bench, "parquet", folder("dlt")), loaded: loaded("dlt", "dlt/orders") },
  };
}

/** tapctl with one of its targets. */
export function tapctlContender(
  bench: Bench,
  name: string,
  to: Target,
  loaded: Contender["loaded"],
): Contender {
  return { run: tapctlSide(bench, `tapctl-${name}`, to), loaded };
}
