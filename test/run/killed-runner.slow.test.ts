/** A killed runner: its step has failed, whatever earlier steps left behind. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import { readState } from "../../src/store/state/state";
import { fakeContext, fakePipeline, isRunning, numbersIn, temporaryFolder, until } from "./support";

/** The runner of a connector: its parent. */
function runnerOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** A container engine that records what it would run. */
function fakeDocker(t: TestContext, folder: string): string {
  const bin = join(folder, "bin");
  const calls = join(folder, "docker-calls");
  mkdirSync(bin);
  writeFileSync(join(bin, "docker"), `#!/bin/sh\n[ "$1" = version ] || echo "$@" >> '${calls}'\n`);
  chmodSync(join(bin, "docker"), 0o755);
  const { PATH } = process.env;
  process.env["PATH"] = `${bin}:${PATH}`;
  t.after(() => (process.env["PATH"] = PATH));
  return calls;
}

/** When the runner is killed: mode, connector at work, and what keeps it busy. */
const MOMENTS = [
  ["artifact", "tap", { hold: 20 }, {}],
  ["artifact", "target", {}, { hold: 20 }],
  ["artifact", "target", {}, { hold: 30 }],
  ["stream", "tap", { hold: 20 }, {}],
  ["stream", "target", {}, { hold: 20 }],
] as const;

suite("a killed runner", () => {
  for (const [mode, connector, tap, target] of MOMENTS) {
    test(`killed runner, ${mode} mode, while the ${connector} works (${JSON.stringify({ ...tap, ...target })}): the run fails, saves nothing and runs no follow-up`, async (t) => {
      const folder = temporaryFolder(t);
      const calls = fakeDocker(t, folder);
      const context = await fakeContext(folder);
      const followUps = [{ name: "dbt", image: "dbt:1", command: ["dbt", "build"] }] as const;
      const running = runPipeline(
        context,
        fakePipeline(folder, { rows: 30, ...tap }, { ...target }, { followUps }),
        { mode },
      );
      const starts = join(folder, `${connector}-starts`);
      await until(
        `a ${connector} that works`,
        () =>
          numbersIn(starts).length === 1 &&
          (connector === "tap" || numbersIn(join(folder, "loaded")).length >= 20),
      );
      const pid = numbersIn(starts)[0] ?? 0;
      process.kill(runnerOf(pid), "SIGKILL");
      const summary = await running;
      assert.equal(summary.status, "failed");
      assert.equal(summary.code, ExitCode.internal);
      assert.equal(summary.error, "the runner was killed by SIGKILL, possibly out of memory");
      assert.equal(await readState(context.store, "events"), undefined);
      assert.equal(existsSync(calls), false, "a follow-up ran after a load that was killed");
      await until("the connector ends", () => !isRunning(pid));
    });
  }

  test("runner stopped from outside: the run is interrupted and keeps its progress", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const running = runPipeline(context, fakePipeline(folder, { rows: 30, hold: 20 }), {
      mode: "stream",
    });
    await until("20 rows", () => numbersIn(join(folder, "loaded")).length === 20);
    process.kill(runnerOf(numbersIn(join(folder, "tap-starts"))[0] ?? 0), "SIGTERM");
    const summary = await running;
    assert.equal(summary.status, "interrupted");
    assert.equal(summary.code, ExitCode.interrupted);
  });
});
