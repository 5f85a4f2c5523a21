import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Client } from "pg";
import { tapPostgres, tapPostgresSdk, targetJsonl } from "../../connectors";
import { secret } from "../../src/model/connector-settings";
import type { Mode, Replication } from "../../src/model/replication";
import { checkConnector } from "../../src/run/check-connector";
import { connectorConfigs } from "../../src/run/connector-configs";
import { ensureEnvironment } from "../../src/run/environments/environments";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { runPipeline } from "../../src/run/run";
import type { RunContext } from "../../src/run/run-options";
import { createStop } from "../../src/run/stop";
import { openStore } from "../../src/store/open";
import { temporaryFolder } from "./support";

const ENVIRONMENTS =
  process.env.TAPCTL_ENVIRONMENTS ?? join(__dirname, "..", "..", "..", ".tapctl", "environments");
const SLOT = "tapctl_orders";
const BULK_SLOT = "tapctl_bulk_orders";

type TapName = "tapPostgres" | "tapPostgresSdk";

suite("replication slots of a PostgreSQL server", () => {
  let directory: string;
  let postgres: Postgres;
  let hasJson = false;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "tapctl-slots-"));
    const first = await startPostgres({ directory });
    await query(first, "alter system set wal_level = logical");
    await first.stop();
    postgres = await startPostgres({ directory });
    await query(postgres, "create table orders (id integer primary key, note text)");
    await query(postgres, "insert into orders select n, 'x' from generate_series(1, 20) n");
    hasJson = await query(
      postgres,
      `select pg_create_logical_replication_slot('${SLOT}', 'wal2json')`,
    ).then(
      () => true,
      () => false,
    );
    if (!hasJson)
      await query(
        postgres,
        `select pg_create_logical_replication_slot('${SLOT}', 'test_decoding')`,
      );
    await query(postgres, `create publication ${BULK_SLOT} for table orders`);
    await query(postgres, `select pg_create_logical_replication_slot('${BULK_SLOT}', 'pgoutput')`);
  });

  after(async () => {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const connection = () => ({
    host: postgres.host,
    port: postgres.port,
    user: postgres.user,
    password: secret("password"),
    database: postgres.database,
  });

  const taps = {
    tapPostgres: () => tapPostgres({ ...connection(), replication_slot_name: BULK_SLOT }),
    tapPostgresSdk: () =>
      tapPostgresSdk({
        ...connection(),
        replication_slot_name: SLOT,
        replication_idle_exit_seconds: 2,
      }),
  };

  const pipeline = (mode: Mode, tap: TapName): Replication => ({
    kind: "replication",
    name: `orders-${mode}-${tap.toLowerCase()}`,
    schedule: "@daily",
    mode,
    tap: taps[tap](),
    target: targetJsonl({}),
    streams: [{ stream: "public-orders", replicationMethod: "LOG_BASED" }],
    maxSlotLag: "8Mi",
  });

  const secrets = () => postgres.password;

  const runs = (["artifact", "stream"] as const).flatMap((mode) =>
    (["tapPostgres", "tapPostgresSdk"] as const).map((tap) => [mode, tap] as const),
  );
  for (const [mode, tap] of runs)
    test(`slots: a run of ${tap} in ${mode} mode reports the slot that it has read`, async (t) => {
      if (tap === "tapPostgresSdk" && !hasJson) return t.skip("the server has no wal2json");
      const root = temporaryFolder(t);
      const context: RunContext = {
        root,
        store: await openStore(join(root, "store")),
        prepare: (connector, onProgress) =>
          ensureEnvironment(connector, { root: ENVIRONMENTS, onProgress }),
        secrets,
        stop: createStop(),
        onEvent: () => undefined,
      };
      await query(postgres, `insert into orders select max(id) + 1, 'y' from orders`);
      const summary = await runPipeline(context, pipeline(mode, tap));
      assert.equal(summary.status, "succeeded", summary.error ?? "");
      const [slot, ...others] = summary.slots ?? [];
      assert.deepEqual(
        [others, slot?.slot, slot?.walStatus, slot?.problem],
        [[], tap === "tapPostgres" ? BULK_SLOT : SLOT, "reserved", null],
      );
      assert.ok(typeof slot?.lagBytes === "number" && slot.lagBytes < 2 ** 20);
      await query(postgres, `insert into orders select max(id) + 1, 'z' from orders`);
      const next = await runPipeline(context, pipeline(mode, tap));
      assert.deepEqual([next.status, next.records], ["succeeded", 1]);
    });

  test("slots: check shows one that lags, retains too much, is lost, or does not exist", async () => {
    const lag = async (name: TapName) => {
      const entry = pipeline("artifact", name);
      const { tap } = await connectorConfigs(entry, {
        openStore: () => openStore("unused"),
        secrets,
      });
      const environment = await ensureEnvironment(entry.tap.connector, { root: ENVIRONMENTS });
      const { steps } = await checkConnector(environment, entry.tap.connector, {
        settings: tap,
        cwd: process.cwd(),
        readsLog: true,
        maxSlotBytes: 8 * 2 ** 20,
      });
      const { ok, detail } = steps.find(({ name }) => name === "slot") ?? {};
      return `${ok ? "ok" : "failed"}: ${detail ?? JSON.stringify(steps)}`;
    };
    const both = async (expected: (slot: string) => RegExp) => {
      assert.match(await lag("tapPostgres"), expected(BULK_SLOT));
      assert.match(await lag("tapPostgresSdk"), expected(SLOT));
    };
    await both((slot) => new RegExp(`^ok: ${slot} lags .*, reserved, inactive$`));
    await query(
      postgres,
      "insert into orders select n, repeat('x', 900) from generate_series(100, 12000) n",
    );
    await both(
      (slot) =>
        new RegExp(
          String.raw`^failed: replication slot ${slot} retains \d+\.\d MB of WAL, more than 8\.4 MB`,
        ),
    );
    await query(postgres, "alter system set max_slot_wal_keep_size = '1MB'");
    await query(postgres, "select pg_reload_conf()");
    for (const sql of [
      "select pg_switch_wal()",
      "create table t ()",
      "select pg_switch_wal()",
      "checkpoint",
    ])
      await query(postgres, sql);
    await both((slot) => new RegExp(`^failed: replication slot ${slot} is lost`));
    for (const slot of [SLOT, BULK_SLOT])
      await query(postgres, `select pg_drop_replication_slot('${slot}')`);
    await both((slot) => new RegExp(`^failed: replication slot ${slot} does not exist$`));
  });
});

async function query(
  { host, port, user, password, database }: Postgres,
  sql: string,
): Promise<void> {
  const client = new Client({ host, port, user, password, database });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    void client.end();
  }
}
