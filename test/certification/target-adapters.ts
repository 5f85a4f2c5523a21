import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import {
  targetCsv,
  targetCsvClassic,
  targetDuckdb,
  targetDuckdbSdk,
  targetFiles,
  targetJsonl,
  targetPostgres,
  targetPostgresSdk,
} from "../../connectors";
import type { Target } from "../../src/model/connector";
import { JsonText } from "../../src/common/json-text";
import type { Postgres } from "../../src/run/postgres/postgres";
import { install } from "./run-connector";
import { BATCH } from "./target-cases";

/** A table or the files of a stream, as the destination has it. */
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Values in the order of the columns, as texts. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A separate, empty destination. */
export interface Destination {
  readonly target: Target;
  /** Folder for the files that the target writes. */
  readonly output: string;
  readonly read: () => Promise<readonly StoredTable[]>;
}

/** How a target is certified. */
export interface TargetAdapter {
  readonly name: string;
  /** What it does with two rows of the same key. */
  readonly keeps: "all" | "last";
  /** Creates a destination below a folder. */
  readonly create: (folder: string) => Destination;
}

/** The targets of the package. */
export function targetAdapters(postgres: Postgres): readonly TargetAdapter[] {
  return [
    duckdb,
    duckdbAdapter(targetDuckdbSdk),
    postgresAdapter(postgres, targetPostgres),
    postgresAdapter(postgres, targetPostgresSdk),
    files,
    csv,
    csvClassic,
    jsonl,
  ];
}

const READ_DUCKDB = `
import duckdb, json, sys
db = duckdb.connect(sys.argv[1], read_only=True)
tables = [row[0] for row in db.execute("select table_name from information_schema.tables").fetchall()]
name = lambda text: '"%s"' % text.replace('"', '""')
def table(one):
    columns = [row[0] for row in db.execute("select column_name from information_schema.columns where table_name = ? order by ordinal_position", [one]).fetchall()]
    rows = db.execute("select %s from %s" % (", ".join("%s::text" % name(column) for column in columns), name(one))).fetchall()
    return {"name": one, "columns": columns, "rows": rows}
print(json.dumps([table(one) for one in tables]))`;

export const duckdb = duckdbAdapter(targetDuckdb);

function duckdbAdapter(use: typeof targetDuckdb | typeof targetDuckdbSdk): TargetAdapter {
  return {
    name: use({ path: "" }).connector.name,
    keeps: "last",
    create(folder) {
      const path = join(folder, "warehouse.duckdb");
      const target = use({ path, batch_size_rows: BATCH, primary_key_required: false });
      return {
        ...{ target, output: join(folder, "output") },
        read: () => readByDuckdb(target, READ_DUCKDB, path),
      };
    },
  };
}

/** Runs a Python program with the DuckDB of a connector. It prints tables. */
async function readByDuckdb(
  target: Target,
  program: string,
  path: string,
): Promise<readonly StoredTable[]> {
  const { python } = await install(target);
  const { stdout } = await promisify(execFile)(python, ["-c", program, path], { maxBuffer: 1e9 });
  return JSON.parse(stdout) as readonly StoredTable[];
}

const READ_PARQUET = `
import duckdb, glob, json, os, sys, urllib.parse
db = duckdb.connect()
name = lambda text: '"%s"' % text.replace('"', '""')
def table(folder):
    files = sorted(glob.glob(glob.escape(sys.argv[1]) + "/*/" + glob.escape(folder) + "/*.parquet"))
    columns = [row[0] for row in db.execute("describe select * from read_parquet($f, union_by_name = true)", {"f": files}).fetchall()]
    rows = db.execute("select %s from read_parquet($f, union_by_name = true)" % ", ".join("%s::text" % name(column) for column in columns), {"f": files}).fetchall()
    return {"name": urllib.parse.unquote(folder), "columns": columns, "rows": rows}
folders = {os.path.basename(os.path.dirname(path)) for path in glob.glob(glob.escape(sys.argv[1]) + "/*/*/*.parquet")}
print(json.dumps([table(folder) for folder in sorted(folders)]))`;

const files: TargetAdapter = {
  name: "target-files",
  keeps: "all",
  create(folder) {
    const output = join(folder, "output");
    const target = targetFiles({ file_rows: BATCH });
    return { target, output, read: () => readByDuckdb(target, READ_PARQUET, output) };
  },
};

function postgresAdapter(
  server: Postgres,
  use: typeof targetPostgres | typeof targetPostgresSdk,
): TargetAdapter {
  return {
    name: use({}).connector.name,
    keeps: "last",
    create(folder) {
      const schema = `certify_${randomBytes(6).toString("hex")}`;
      const { host, port, user, password, database } = server;
      const target = use({
        host,
        port,
        user,
        password,
        database,
        batch_size_rows: BATCH,
        default_target_schema: schema,
      });
      return { target, output: join(folder, "output"), read: () => readPostgres(server, schema) };
    },
  };
}

async function readPostgres(
  { host, port, user, password, database }: Postgres,
  schema: string,
): Promise<readonly StoredTable[]> {
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    const { rows } = await client.query<{
      readonly name: string;
      readonly columns: readonly string[];
      readonly arrays: readonly boolean[];
    }>(
      "select table_name as name, array_agg(column_name::text order by ordinal_position) as columns, array_agg(data_type = 'ARRAY' order by ordinal_position) as arrays from information_schema.columns where table_schema = $1 group by 1",
      [schema],
    );
    const tables: StoredTable[] = [];
    for (const { name, columns, arrays } of rows) {
      const list = columns
        .map((column, index) =>
          arrays[index]
            ? `to_json(${client.escapeIdentifier(column)})::text`
            : `${client.escapeIdentifier(column)}::text`,
        )
        .join();
      const found = await client.query<(string | null)[]>({
        text: `select ${list} from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`,
        rowMode: "array",
      });
      tables.push({ name, columns, rows: found.rows });
    }
    return tables;
  } finally {
    await client.end();
  }
}

const csv: TargetAdapter = {
  name: "target-csv",
  keeps: "all",
  create: (folder) => {
    const output = join(folder, "output");
    return {
      target: targetCsv({ batch_size_rows: BATCH }),
      output,
      read: () => Promise.resolve(readFiles(output, /-\d{8}T\d{6}-\d{6}\.csv$/, readCsv)),
    };
  },
};

const csvClassic: TargetAdapter = {
  name: "target-csv-classic",
  keeps: "all",
  create: (folder) => {
    const output = join(folder, "output");
    return {
      target: targetCsvClassic({}),
      output,
      read: () => Promise.resolve(readFiles(output, /-\d{8}T\d{6}(-\d)?\.csv$/, readCsv)),
    };
  },
};

const jsonl: TargetAdapter = {
  name: "target-jsonl",
  keeps: "all",
  create: (folder) => {
    const output = join(folder, "output");
    return {
      target: targetJsonl({}),
      output,
      read: () => Promise.resolve(readFiles(output, /-\d{8}T\d{6}\.jsonl$/, readJsonl)),
    };
  },
};

type Rows = readonly { readonly [column: string]: string | null }[];

/**
 * The files that the loads left, those of a stream together. Each load has a folder of its own, as
 * each run has: target-csv 0.3.0 appends to a file of the same second.
 */
function readFiles(
  folder: string,
  ending: RegExp,
  parse: (text: string) => Rows,
): readonly StoredTable[] {
  const files = readdirSync(folder, { encoding: "utf8", recursive: true })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
  const streamOf = (file: string) => basename(file).replace(ending, "");
  const names = [...new Set(files.map(streamOf))];
  return names.map((name) => {
    const rows = files
      .filter((file) => streamOf(file) === name)
      .flatMap((file) => parse(readFileSync(join(folder, file), "utf8")));
    const columns = [...new Set(rows.flatMap(Object.keys))];
    return { name, columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
  });
}

function readJsonl(text: string): Rows {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) =>
    Object.fromEntries(
      [...JsonText.parse(line).members].map(([name, value]) => [
        name,
        value.kind === "null" ? null : (value.string ?? value.text),
      ]),
    ),
  );
}

/** Rows of a CSV file; an empty value without quotes is NULL. */
function readCsv(text: string): Rows {
  const [header = [], ...rows] = csvLines(text);
  return rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [name ?? "", row[index] ?? null])),
  );
}

function csvLines(text: string): readonly (readonly (string | null)[])[] {
  const lines: (string | null)[][] = [];
  let line: (string | null)[] = [];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/g,
  )) {
    if (quoted === undefined && plain === "" && end === "" && line.length === 0) break;
    line.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    lines.push(line);
    line = [];
    if (end === "") break;
  }
  return lines;
}
