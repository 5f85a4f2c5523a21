/** A replication key beyond 2^53, such as the ids of Discord or Snowflake: no row is left out between two runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, targetPostgres } from "../../connectors";
import { secret } from "../../src/model/connector-settings";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import type { Replication } from "../../src/model/replication";
import { readState } from "../../src/store/state/state";
import { fakeContext, temporaryFolder } from "./support";

/** All of them are the same 64-bit float. */
const IDS = [
  "1234567890123456770",
  "1234567890123456788",
  "1234567890123456789",
  "1234567890123456790",
  "1234567890123456795",
  "1234567890123456799",
] as const;

suite("IDs beyond 2^53, PostgreSQL to PostgreSQL", () => {
  let postgres: Postgres;

  before(async () => {
    postgres = await startPostgres();
    await query("postgres", "create database warehouse");
    await query("postgres", "create database shop");
  });

  after(() => postgres.stop());

  for (const mode of ["artifact", "stream"] as const) {
    test(`IDs beyond 2^53, ${mode} mode: every row arrives over two runs`, async (t) => {
      const root = temporaryFolder(t);
      await query(
        "shop",
        `create schema ${mode}; create table ${mode}.messages (id bigint primary key, body text)`,
      );
      const context = await fakeContext(root, {
        prepare: (connector, onProgress) =>
          ensureEnvironment(connector, {
            root: join(__dirname, "..", "..", ".tapctl", "environments"),
            onProgress,
          }),
        secrets: () => postgres.password,
      });
      for (const [first, end] of [
        [0, 3],
        [3, 6],
      ] as const) {
        await query(
          "shop",
          `insert into ${mode}.messages select unnest('{${IDS.slice(first, end).join()}}'::bigint[]), 'x'`,
        );
        const summary = await runPipeline(context, pipeline(mode));
        assert.equal(summary.status, "succeeded", summary.error ?? "");
        assert.deepEqual(
          await query("warehouse", `select id::text from ${mode}.messages order by id`),
          IDS.slice(0, end).map((id) => ({ id })),
        );
        const last = (await readState(context.store, "messages"))?.envelope.state
          .member("bookmarks")
          ?.member(`${mode}-messages`)
          ?.member("replication_key_value");
        assert.equal(last?.text, IDS[end - 1]);
      }
    });
  }

  function pipeline(mode: "artifact" | "stream"): Replication {
    const server = {
      host: postgres.host,
      port: postgres.port,
      user: postgres.user,
      password: secret("password"),
    };
    return {
      name: "messages",
      schedule: "@hourly",
      mode,
      tap: tapPostgres({ ...server, database: "shop", filter_schemas: [mode] }),
      streams: [
        { stream: `${mode}-messages`, replicationMethod: "INCREMENTAL", replicationKey: "id" },
      ],
      target: targetPostgres({ ...server, database: "warehouse", default_target_schema: mode }),
      retries: { limit: 0 },
    };
  }

  async function query(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const { host, port, user, password } = postgres;
    const client = new Client({ host, port, user, password, database });
    await client.connect();
    try {
      return (await client.query(sql)).rows as readonly Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }
});
