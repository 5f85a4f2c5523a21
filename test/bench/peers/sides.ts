import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  tapPostgres,
  tapPostgresSdk,
  targetDuckdb,
  targetFiles,
  targetPostgres,
  targetPostgresSdk,
} from "../../../connectors";
import type { Target } from "../../../src/model/connector";
import { usageOf, type Usage } from "../measure";
import { install } from "../pair";
import { writeProject } from "../project";
import type { Databases } from "./sources";
import type { PeerTable } from "./tables";
import type { Tools } from "./tools";

/** What all sides of one comparison use. */
export interface Bench {
  readonly databases: Databases;
  readonly tools: Tools;
  /** Folder of installed connectors. */
  readonly environments: string;
  /** Temporary folder; each side has a folder of its own below it. */
  readonly folder: string;
}

/** Whether a side loads the whole table, or changed rows into what it loaded before. */
export type Extent = "full" | "changes";

const ROOT = join(__dirname, "..", "..", "..");

/** Moves a table in one way, once per call. */
export type Side = (table: PeerTable, extent: Extent) => Promise<Usage>;

/** `psql` to `psql`: the limit of what PostgreSQL can move. Its destination has no key. */
export function copySide({ databases: { source, destination } }: Bench): Side {
  return async ({ name, columns }) => {
    const list = columns.map(([column, type]) => `${column} ${type}`).join(", ");
    const create = `create table copied_${name} (${list})`;
    await usageOf(["psql", "-q", destination, "-c", create]);
    const from = `psql -q '${source}' -c 'copy ${name} to stdout'`;
    const to = `psql -q '${destination}' -c 'copy copied_${name} from stdin'`;
    return usageOf(["sh", "-c", `${from} | ${to}`]);
  };
}

/** `tapctl run` with the connectors that it ships: in stream mode, unless the target writes files. */
export function tapctlSide(bench: Bench, name: string, target: Target): Side {
  const { databases, environments } = bench;
  const { host, port, user, password } = databases.server;
  const folder = emptyFolder(bench, name);
  const connection = { host, port, user, password, database: "shop", filter_schemas: ["public"] };
  return async (table, extent) => {
    const entry = {
      name: "peers",
      schedule: "0 6 * * *",
      mode: target.connector.outputSetting === undefined ? "stream" : "artifact",
      tap: tapPostgres(connection),
      target,
      streams: [
        {
          stream: `public-${table.name}`,
          ...(extent === "full"
            ? { replicationMethod: "FULL_TABLE" }
            : { replicationMethod: "INCREMENTAL", replicationKey: "updated_at" }),
        },
      ],
    };
    writeProject(folder, entry);
    const tapctl = (...args: readonly string[]) =>
      usageOf(["node", join(ROOT, "dist", "src", "bin", "tapctl.js"), ...args], {
        cwd: folder,
        env: {
          ...process.env,
          TAPCTL_ENVIRONMENTS: environments,
          TAPCTL_STORE: join(folder, "store"),
        },
      });
    // The array is compiled when it has changed, and not at each run.
    await tapctl("list");
    return tapctl("run", "peers", "--keep-runs", "1");
  };
}

/** The shipped target that loads into the destination database. */
export function postgresTarget({ databases: { server } }: Bench): Target {
  const { host, port, user, password } = server;
  return targetPostgres({
    host,
    port,
    user,
    password,
    database: "warehouse",
    default_target_schema: "public",
  });
}

/** The shipped target that loads into a DuckDB file. */
export function duckdbTarget(path: string): Target {
  return targetDuckdb({ path });
}

/** The shipped target that writes Parquet files. */
export function parquetTarget(folder: string): Target {
  return targetFiles({ format: "parquet", output_path: folder });
}

/** Sling, from PostgreSQL to PostgreSQL. */
export function slingSide({ tools, databases: { source, destination } }: Bench): Side {
  return ({ name }, extent) => {
    const mode =
      extent === "full"
        ? ["--mode", "full-refresh"]
        : ["--mode", "incremental", "--primary-key", "id", "--update-key", "updated_at"];
    const from = ["--src-conn", source, "--src-stream", `public.${name}`];
    const to = ["--tgt-conn", destination, "--tgt-object", `public.sling_${name}`];
    return usageOf([tools.sling, "run", ...from, ...to, ...mode], {
      env: { ...process.env, SLING_DISABLE_TELEMETRY: "true" },
    });
  };
}

/** dlt with its pyarrow backend. */
export function dltSide(
  bench: Bench,
  kind: "postgres" | "duckdb" | "parquet",
  destination: string,
): Side {
  const folder = emptyFolder(bench, `dlt-${kind}`);
  return ({ name }, extent) => {
    const mode = extent === "full" ? "replace" : "merge";
    const source = bench.databases.source;
    const work = { kind, source, destination, folder, mode, table: name };
    return usageOf([bench.tools.dlt, join(__dirname, "peers.py"), "load", JSON.stringify(work)]);
  };
}

/** `meltano run` with the published connectors that tapctl ships as `tapPostgresSdk` and `targetPostgresSdk`. */
export async function meltanoSide(bench: Bench): Promise<Side> {
  const tap = await install(tapPostgresSdk({}).connector, bench.environments);
  const target = await install(targetPostgresSdk({}).connector, bench.environments);
  const { host, port, user, password } = bench.databases.server;
  const folder = emptyFolder(bench, "meltano");
  const plugin = (name: string, python: string, config: object, more: object) => ({
    ...{ name, namespace: name.replace("-", "_"), config, ...more },
    executable: python.replace(/python$/, name),
  });
  const shared = { host, port, user, password };
  return ({ name }) => {
    const project = {
      project_id: "tapctl-peers",
      default_environment: "dev",
      environments: [{ name: "dev" }],
      plugins: {
        extractors: [
          plugin(
            "tap-postgres",
            tap.environment.python,
            { ...shared, database: "shop", filter_schemas: ["public"] },
            { capabilities: ["catalog", "discover", "state"], select: [`public-${name}.*`] },
          ),
        ],
        loaders: [
          plugin(
            "target-postgres",
            target.environment.python,
            { ...shared, database: "warehouse", default_target_schema: "public" },
            {},
          ),
        ],
      },
    };
    // JSON is YAML.
    writeFileSync(join(folder, "meltano.yml"), JSON.stringify(project));
    return usageOf([bench.tools.meltano, "run", "tap-postgres", "target-postgres"], {
      cwd: folder,
      env: { ...process.env, MELTANO_SEND_ANONYMOUS_USAGE_STATS: "false" },
    });
  };
}

function emptyFolder({ folder }: Bench, name: string): string {
  const path = join(folder, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}
