import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Client } from "pg";
import { targetDuckdb } from "../../connectors";
import { PACKAGE_ROOT } from "../../src/common/package";
import { findPython } from "../../src/run/environments/find-python";
import { startPostgres } from "../../src/run/postgres/postgres";
import { ENVIRONMENTS, install, temporaryFolder } from "./support";

const MELTANO = "meltano==4.4.1";
const READ =
  "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1]).execute('select id, customer from orders order by id').fetchall()))";

test(
  "bulk connectors: `meltano run` installs them from the package and copies a table, then its new rows",
  { timeout: 1_200_000 },
  async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const { host, port, user, password, database } = postgres;
    const query = async (sql: string) => {
      const client = new Client({ host, port, user, password, database });
      await client.connect();
      await client.query(sql);
      await client.end();
    };
    const folder = temporaryFolder(t);
    const warehouse = join(folder, "warehouse.duckdb");
    const plugin = (name: string, config: object, capabilities: readonly string[]) => ({
      name,
      namespace: name.replace("-", "_"),
      executable: name,
      pip_url: `${join(PACKAGE_ROOT, "connectors", "bulk")}[${name}]`,
      capabilities,
      config,
    });
    const tap = {
      ...plugin(
        "tap-postgres",
        { host, port, user, password, database, filter_schemas: ["public"] },
        ["catalog", "discover", "state"],
      ),
      select: ["public-orders.*"],
      metadata: {
        "public-orders": { "replication-method": "INCREMENTAL", "replication-key": "id" },
      },
    };
    const target = plugin("target-duckdb", { path: warehouse }, []);
    // YAML is a superset of JSON.
    const project = {
      project_id: "bulk",
      default_environment: "dev",
      environments: [{ name: "dev" }],
      plugins: { extractors: [tap], loaders: [target] },
    };
    mkdirSync(join(folder, "project"));
    writeFileSync(join(folder, "project", "meltano.yml"), JSON.stringify(project));
    const { path: python } = await findPython({}, { memory: ENVIRONMENTS });
    const venv = join(folder, "venv");
    const run = (program: string, ...args: readonly string[]) =>
      promisify(execFile)(program, args, {
        cwd: join(folder, "project"),
        env: { ...process.env, MELTANO_SEND_ANONYMOUS_USAGE_STATS: "false" },
        maxBuffer: 1e8,
      });
    await run(python, "-m", "venv", venv);
    await run(join(venv, "bin", "python"), "-m", "pip", "install", "--quiet", MELTANO);
    const meltano = join(venv, "bin", "meltano");
    await query(
      "create table orders (id integer primary key, customer text); insert into orders values (1, 'Ada'), (2, null)",
    );
    await run(meltano, "install");
    await run(meltano, "run", "tap-postgres", "target-duckdb");
    await query("insert into orders values (3, 'Zoë')");
    await run(meltano, "run", "tap-postgres", "target-duckdb");
    const { python: reader } = await install(targetDuckdb({ path: warehouse }));
    assert.deepEqual(JSON.parse((await run(reader, "-c", READ, warehouse)).stdout), [
      [1, "Ada"],
      [2, null],
      [3, "Zoë"],
    ]);
  },
);
