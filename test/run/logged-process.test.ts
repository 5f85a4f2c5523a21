import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runLogged } from "../../src/run/logged-process";
import { isRunning, numbersIn, temporaryFolder, until } from "./support";

test("logged process: a stop ends the program and its children", { timeout: 30_000 }, async (t) => {
  const folder = temporaryFolder(t);
  const pids = join(folder, "pids");
  // Like a build of a package: the child holds the outputs and does not notice the end of its parent.
  const script = `sleep 600 & echo $! >> '${pids}'; echo $$ >> '${pids}'; wait`;
  const stop = new AbortController();
  const running = runLogged({
    command: ["sh", "-c", script],
    cwd: folder,
    env: process.env,
    log: join(folder, "log"),
    signal: stop.signal,
  });
  await until("both run", () => numbersIn(pids).length === 2);
  stop.abort();
  await assert.rejects(running, { name: "AbortError" });
  await until("both have ended", () => !numbersIn(pids).some(isRunning));
});

test("logged process: an earlier stop starts nothing", async (t) => {
  const folder = temporaryFolder(t);
  const call = {
    command: ["sh", "-c", "echo started >> started"] as const,
    cwd: folder,
    env: process.env,
    log: join(folder, "log"),
    signal: AbortSignal.abort(),
  };
  await assert.rejects(runLogged(call), { name: "AbortError" });
  assert.equal(statSync(join(folder, "started"), { throwIfNoEntry: false }), undefined);
});

test(
  "logged process: a child that holds the outputs open is ended with the program",
  { timeout: 30_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const pids = join(folder, "pids");
    const { code, output } = await runLogged({
      command: ["sh", "-c", `echo done; sleep 600 & echo $! > '${pids}'`],
      cwd: folder,
      env: process.env,
      log: join(folder, "log"),
    });
    await until("the child has ended", () => !numbersIn(pids).some(isRunning));
    assert.deepEqual({ code, output }, { code: 0, output: "done" });
  },
);

test("logged process: a long log keeps its beginning and its end", async (t) => {
  const folder = temporaryFolder(t);
  const log = join(folder, "log");
  const line = "x".repeat(99);
  const { output } = await runLogged({
    command: ["sh", "-c", `echo first; yes ${line} | head -n 100000; echo last`],
    cwd: folder,
    env: process.env,
    log,
  });
  for (const text of [output, readFileSync(log, "utf8")]) {
    assert.ok(text.length < 3_000_000, `${text.length} characters`);
    assert.match(text, /first\nx{99}\n/);
    assert.match(text, /\n\.\.\. \d\d,\d{3} lines left out \.\.\.\nx{99}\n/);
    assert.match(text.trimEnd(), /\nlast$/);
  }
});
