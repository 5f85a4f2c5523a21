import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Client } from "pg";
import { startPostgres, type Postgres } from "../../src/run/postgres/postgres";
import { findPostgres, serverUser } from "../../src/run/postgres/postgres-programs";
import { compiled } from "../support/command";

const FIXTURE = compiled("test/run/fixtures/serve-postgres");

async function query(
  postgres: Pick<Postgres, "host" | "port" | "user" | "password" | "database">,
  sql: string,
): Promise<readonly unknown[]> {
  const client = new Client({ ...postgres });
  // The promise of `end` stays pending if the server has closed the connection already.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    void client.end();
  }
}

test("PostgreSQL server: its folder keeps the data after a stop and after the process that started it is killed", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tapctl-kept-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const first = await startPostgres({ directory });
  await query(first, "create table kept as select 1 as row");
  await first.stop();
  await assert.rejects(query(first, "select 1"), { code: "ECONNREFUSED" });

  const child = spawn(process.execPath, [FIXTURE, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const second = await connection(child);
  assert.deepEqual(await query(second, "select row from kept"), [{ row: 1 }]);
  child.kill("SIGKILL");
  await untilRefused(second);

  const third = await startPostgres({ directory });
  assert.deepEqual(await query(third, "select row from kept"), [{ row: 1 }]);
  await third.stop();
});

test("PostgreSQL server: its programs are copied once for each version of the package", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tapctl-programs-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  if (process.getuid?.() === 0) chmodSync(directory, 0o755);
  const found = () => findPostgres(directory, serverUser()).postgres;
  const first = found();
  const before = statSync(first).mtimeMs;
  assert.deepEqual([found(), statSync(first).mtimeMs], [first, before]);
  const copied = join(directory, "programs", "package.json");
  if (!existsSync(copied)) return;
  // Another version, or a copy that was interrupted.
  writeFileSync(copied, "{}");
  assert.equal(found(), first);
  assert.notEqual(statSync(first).mtimeMs, before);
});

test("PostgreSQL server: the error names a port in use", async () => {
  const first = await startPostgres();
  try {
    await assert.rejects(startPostgres({ port: first.port }), {
      name: "UserError",
      message: new RegExp(`^PostgreSQL does not start on port ${first.port}: could not`),
    });
  } finally {
    await first.stop();
  }
});

async function connection(child: ChildProcess): Promise<Postgres> {
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) return JSON.parse(line) as Postgres;
  throw new Error("the server did not start");
}

async function untilRefused(postgres: Postgres): Promise<void> {
  for (;;) {
    try {
      await query(postgres, "select 1");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
