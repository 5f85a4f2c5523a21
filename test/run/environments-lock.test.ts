import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { withLock } from "../../src/run/lock";
import { compiled } from "../support/command";

const FIXTURE = compiled("test/run/fixtures/count-under-lock");

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function start(...args: readonly string[]) {
  return spawn(process.execPath, [FIXTURE, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("process lock: parallel processes lose no update", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "count");
  writeFileSync(file, "0");
  const children = [1, 2, 3, 4].map(() => start(join(folder, "lock"), file, "10"));
  await Promise.all(children.map((child) => once(child, "close")));
  assert.equal(readFileSync(file, "utf8"), "40");
  assert.deepEqual(readdirSync(join(folder, "lock")), []);
});

test("process lock: the lock of a killed process is taken over immediately, that of a running one is waited for", async (t) => {
  const lock = join(temporaryFolder(t), "lock");
  const holder = start(lock, "hold", "0");
  await once(holder.stdout, "data");
  const waitedFor: number[] = [];
  const acquired = withLock(lock, { onWait: (pid) => waitedFor.push(pid) }, () =>
    Promise.resolve("taken"),
  );
  while (waitedFor.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(waitedFor, [holder.pid]);
  holder.kill("SIGKILL");
  assert.equal(await acquired, "taken");
});

test("process lock: a reused process ID does not hold a lock", async (t) => {
  const lock = join(temporaryFolder(t), "lock");
  await withLock(lock, {}, () => {
    const [own = ""] = readdirSync(lock);
    const [pid, start, boot] = own.split(".");
    writeFileSync(join(lock, `${pid}.${Number(start) + 1}.${boot}.00000000`), "");
    writeFileSync(join(lock, `${pid}.${start}.another-boot.00000000`), "");
    return Promise.resolve();
  });
  assert.equal(
    await withLock(lock, { onWait: () => assert.fail("waited") }, () => Promise.resolve("taken")),
    "taken",
  );
});

test("process lock: failing work releases it", async (t) => {
  const lock = join(temporaryFolder(t), "lock");
  await assert.rejects(
    withLock(lock, {}, () => Promise.reject(new Error("no"))),
    { message: "no" },
  );
  assert.deepEqual(readdirSync(lock), []);
});
