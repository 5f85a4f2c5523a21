import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { ExitCode } from "../../src/run/runner";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { cliEnvironment, makeProject, startTapctl, tapctl, TAPCTL } from "./support";

/** The classic tap, which is small, to JSON lines; it requests one day at a time. */
const rates = (baseUrl: string) =>
  `[{ name: "rates", schedule: "@daily", tap: c.tapExchangeRatesApi({ base_url: "${baseUrl}", start_date: "2026-11-02" }), target: c.targetJsonl({}), retries: { limit: 0 } }]`;

const OFFLINE = rates("https://api.frankfurter.dev/v1");

/** A source that answers for some days and then never again. */
async function hangingSource(
  t: TestContext,
  days: number,
): Promise<{ readonly url: string; readonly hangs: Promise<void> }> {
  let answered = 0;
  let hang = () => {};
  const hangs = new Promise<void>((resolve) => (hang = resolve));
  const server: Server = createServer((request, response: ServerResponse) => {
    if (answered === days) return hang();
    answered += 1;
    const date = /\d{4}-\d\d-\d\d/.exec(request.url ?? "")?.[0];
    response.end(JSON.stringify({ base: "USD", date, rates: { EUR: 0.9, USD: 1 } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hangs };
}

suite("tapctl run with real connectors", () => {
  test("run: a second run resumes from the saved state, and runs, logs and list show the pipeline", async (t) => {
    const root = makeProject(t, OFFLINE);
    const [first] = await runJson(root);
    assert.equal(first?.status, "succeeded", first?.error ?? "");
    assert.ok(first.records > 10);
    const [second] = await runJson(root);
    assert.ok(second);
    assert.deepEqual(second.stateBefore, first.stateAfter);
    assert.ok(second.records < first.records);

    const runs = JSON.parse(
      (await tapctl(root, ["runs", "rates", "--json"])).stdout,
    ) as readonly RunSummary[];
    assert.deepEqual(
      runs.map(({ run }) => run),
      [second.run, first.run],
    );
    assert.match((await tapctl(root, ["runs", "rates"])).stdout, /^RUN +RESULT +RECORDS/);
    assert.match(
      (await tapctl(root, ["logs", "rates", first.run, "--tap"])).stdout,
      /Z tap +\| .*Replicating exchange rate data from 2026-11-02/,
    );
    assert.match(
      (await tapctl(root, ["list"])).stdout,
      /^NAME +SCHEDULE.*\nrates +at 00:00, every day/,
    );
  });

  test("state: show, set, reset and rollback change the saved state", async (t) => {
    const root = makeProject(t, OFFLINE);
    const state = async (...args: readonly string[]) => tapctl(root, ["state", ...args]);
    assert.match(
      (await state("show", "rates")).stdout,
      /"rates" has no saved state: its next run replicates everything/,
    );
    writeFileSync(join(root, "state.json"), '{"start_date":"2026-11-20"}');
    assert.equal(
      (await state("set", "rates", "state.json")).stdout,
      "rates: none -> start_date:2026-11-20\n",
    );
    assert.equal(
      (
        await startTapctl(root, ["state", "set", "rates", "-"], {
          input: '{"start_date":"2026-11-21"}',
        })
      ).code,
      0,
    );
    assert.equal(
      (await state("rollback", "rates")).stdout,
      "rates: start_date:2026-11-21 -> start_date:2026-11-20\n",
    );
    assert.deepEqual(JSON.parse((await state("reset", "rates", "--json")).stdout), {
      pipeline: "rates",
      before: { start_date: "2026-11-20" },
      after: null,
    });
    const history = JSON.parse((await state("history", "rates", "--json")).stdout) as readonly {
      readonly run: string;
    }[];
    assert.equal(history.length, 2);
    assert.equal(
      (await state("rollback", "rates", history[0]?.run ?? "")).stdout,
      "rates: none -> start_date:2026-11-21\n",
    );
    assert.match(
      (await startTapctl(root, ["state", "set", "rates", "-"], { input: "{}" })).stderr,
      /is empty and does not replace a saved state/,
    );
  });

  test("check: it tests both connectors", async (t) => {
    const source = await hangingSource(t, 1);
    const { code, stdout, stderr } = await tapctl(makeProject(t, rates(source.url)), [
      "check",
      "rates",
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const steps = JSON.parse(stdout) as readonly {
      readonly connector: string;
      readonly name: string;
      readonly ok: boolean;
    }[];
    assert.deepEqual(
      steps.map(({ connector, name, ok }) => `${connector} ${name} ${ok}`),
      [
        "tap-exchangeratesapi starts true",
        "tap-exchangeratesapi extracts true",
        "target-jsonl starts true",
        "target-jsonl loads true",
      ],
    );
  });

  test("run: Ctrl-C once loads what was extracted", async (t) => {
    const { code, root, stderr } = await interrupt(t, 1);
    assert.equal(code, ExitCode.interrupted, stderr);
    assert.match(
      stderr,
      /stopping: loading and saving what was extracted, for at most 30 s; press Ctrl-C again to stop immediately/,
    );
    assert.match(stderr, /rates: interrupted, 3 records/);
    const [run] = JSON.parse(
      (await tapctl(root, ["runs", "rates", "--json"])).stdout,
    ) as readonly RunSummary[];
    const output = join(
      root,
      ".tapctl",
      "store",
      "runs",
      "rates",
      run?.run ?? "",
      "output",
      run?.outputs[0]?.path ?? "",
    );
    assert.equal(readFileSync(output, "utf8").trim().split("\n").length, 3);
  });

  test("run: Ctrl-C twice stops immediately and loads nothing", async (t) => {
    const { code, root, stderr } = await interrupt(t, 2);
    assert.equal(code, ExitCode.interrupted, stderr);
    const [run] = JSON.parse(
      (await tapctl(root, ["runs", "rates", "--json"])).stdout,
    ) as readonly RunSummary[];
    assert.deepEqual(run?.outputs, []);
  });
});

suite("tapctl run: errors", () => {
  test("run: the error names a package that does not exist", async (t) => {
    const root = makeProject(
      t,
      `[{ name: "x", schedule: "@daily", tap: tap({ name: "tap-unknown", package: "tap-that-is-not-published", version: "1.0.0" })({}), target: c.targetJsonl({}) }]`,
    );
    const { code, stderr } = await tapctl(root, ["run", "x"]);
    assert.match(
      stderr.trim(),
      /\nx: .*tap-that-is-not-published"\nCheck the name of the package[^\n]*$/,
    );
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.notEqual(code, 0);
    assert.equal(existsSync(join(root, ".tapctl", "store", "runs")), false);
  });

  test("run: the error names a store that cannot be written", async (t) => {
    const root = makeProject(t, OFFLINE);
    const { code, stderr } = await tapctl(root, [
      "--store",
      join(root, "pipelines", "index.ts", "store"),
      "run",
      "rates",
      "--offline",
    ]);
    assert.match(
      stderr,
      /^Cannot use \S+ as the object store: \S+index\.ts is a file\.\n[^\n]+\n$/,
    );
    assert.notEqual(code, 0);
  });

  test("run: the error names a source that does not answer", async (t) => {
    const { code, stderr, stdout } = await startTapctl(
      makeProject(t, rates("http://127.0.0.1:9")),
      ["run", "rates"],
    );
    assert.equal(code, ExitCode.tapFailed, stderr);
    assert.match(
      stderr,
      /rates: failed, 0 records.*: tap-exchangeratesapi exited with 1: .*127\.0\.0\.1/,
    );
    assert.match(stdout, /none +unchanged +failed/);
  });
});

async function runJson(root: string): Promise<readonly RunSummary[]> {
  const { stdout, stderr } = await tapctl(root, ["run", "rates", "--offline", "--json"]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as readonly RunSummary[];
}

/** Runs against a source that hangs after three days and sends SIGINT this many times. */
async function interrupt(
  t: TestContext,
  times: number,
): Promise<{ readonly code: number | null; readonly root: string; readonly stderr: string }> {
  const source = await hangingSource(t, 3);
  const root = makeProject(t, rates(source.url));
  const child = spawn(process.execPath, [TAPCTL, "run", "rates"], {
    cwd: root,
    env: cliEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let stderr = "";
  const stopping = new Promise<void>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (stderr.includes("stopping:")) resolve();
    });
  });
  await source.hangs;
  child.kill("SIGINT");
  if (times === 2) {
    await stopping;
    child.kill("SIGINT");
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, root, stderr };
}
