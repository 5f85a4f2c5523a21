/** Skipped lines of a run are shown wherever the run is. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { suite, test, type TestContext } from "node:test";
import { showProgress } from "../../src/cli/progress";
import { runPipeline } from "../../src/run/run";
import type { Mode } from "../../src/model/replication";
import type { RunSummary } from "../../src/store/runs/run-summary";
import { fakeContext, fakePipeline, temporaryFolder, type FakeSettings } from "../run/support";
import type { Printed } from "../support/command";
import { cliEnvironment, makeProject, tapctl } from "./support";

const ARRAY = `[{ name: "events", schedule: "@daily", tap: c.tapExchangeRatesApi({ base_url: "http://localhost" }), target: c.targetJsonl({}) }]`;

/** A run of the fake tap, its output on the screen, and the commands that show it. */
async function shownRun(
  t: TestContext,
  settings: FakeSettings,
  mode: Mode = "stream",
): Promise<{
  readonly summary: RunSummary;
  readonly screen: string;
  readonly again: () => Promise<RunSummary>;
  readonly show: (...args: readonly string[]) => Promise<string>;
  readonly root: string;
}> {
  const folder = temporaryFolder(t);
  const context = await fakeContext(folder);
  const output = new PassThrough();
  const progress = showProgress({
    output: output as unknown as NodeJS.WriteStream,
    verbose: false,
  });
  const again = () =>
    runPipeline(
      { ...context, onEvent: (event) => progress.show(event) },
      fakePipeline(folder, settings),
      { mode },
    );
  const summary = await again();
  const screen = String(output.read());
  const root = makeProject(t, ARRAY);
  const env = { ...cliEnvironment(), TAPCTL_STORE: join(folder, "store") };
  return {
    summary,
    screen,
    root,
    again,
    show: async (...args) => shown(await tapctl(root, args, { env })),
  };
}

function shown({ code, stdout, stderr }: Printed): string {
  assert.equal(code, 0, stderr);
  return stdout;
}

suite("skipped lines of a run", () => {
  test("skipped lines: they are shown during the run, in runs, in status and in the report", async (t) => {
    const { summary, screen, show, root } = await shownRun(t, {
      rows: 9,
      prints: { "2": "page 1\n", "5": "half..." },
    });
    assert.equal(summary.status, "succeeded", summary.error ?? "");
    const lines = "1 line of the tap's output, not Singer messages (the first is line 3: not JSON)";
    const front =
      "text in front of 1 message, which was loaded (the first is line 7: text in front of a RECORD)";
    assert.deepEqual(summary.leftOut, [lines, front]);
    assert.ok(screen.includes(`\n  skipped: ${lines}\n  skipped: ${front}\n`), screen);
    assert.match(
      await show("runs", "events"),
      /STATE AFTER +SKIPPED +ERROR\n.*1 line of the tap's output/,
    );
    assert.ok((await show("status")).includes(`events: its last run skipped ${lines}`));
    assert.match(
      await show("status", "events"),
      /BYTES +SKIPPED +ERROR\n.*1 line of the tap's output/,
    );
    await show("report", "--out", join(root, "report.html"));
    assert.match(
      readFileSync(join(root, "report.html"), "utf8"),
      /skipped: 1 line of the tap.+s output/,
    );
  });

  test("skipped lines: no table has a column for them if there are none", async (t) => {
    const { screen, show } = await shownRun(t, { rows: 9 });
    assert.doesNotMatch(
      screen +
        (await show("runs", "events")) +
        (await show("status")) +
        (await show("status", "events")),
      /left out|skipped/i,
    );
  });

  for (const mode of ["artifact", "stream"] as const) {
    test(`${mode} mode: every run of a tap that sends no STATE has a warning`, async (t) => {
      const { summary, screen, again } = await shownRun(t, { rows: 5, stateless: true }, mode);
      const warning = "the tap sent no STATE: the next run starts from the beginning";
      assert.deepEqual([summary.status, summary.warnings], ["succeeded", [warning]]);
      assert.ok(screen.includes(`warning: ${warning}`), screen);
      assert.deepEqual((await again()).warnings, [warning]);
    });
  }
});

suite("rows in BATCH files", () => {
  test("BATCH files: their rows count as records if the files are readable", async (t) => {
    const file = join(temporaryFolder(t), "b.jsonl.gz");
    writeFileSync(file, gzipSync('{"id": 1}\n{"id": 2}\n{"id": 3}'));
    const { summary, screen, show } = await shownRun(t, { rows: 1, batch: [`file://${file}`] });
    assert.deepEqual([summary.records, summary.streams], [4, [{ stream: "events", records: 4 }]]);
    assert.match(screen, /succeeded, 4 records/);
    assert.match(await show("runs", "events"), /succeeded +4 /);
  });

  test("BATCH files: rows that cannot be counted are never shown as 0 records", async (t) => {
    const { summary, screen, show, root } = await shownRun(t, {
      rows: 0,
      batch: ["s3://bucket/a.jsonl.gz", "file:///nonexistent/b.jsonl.gz"],
    });
    assert.equal(summary.status, "succeeded", summary.error ?? "");
    assert.match(screen, /succeeded, the rows of 2 BATCH files, /);
    assert.match(
      screen,
      /warning: the rows of 2 of 2 BATCH files are not counted: they are not JSON lines, or not on this disk/,
    );
    assert.match(await show("runs", "events"), /succeeded +not counted /);
    assert.match(await show("status"), / not counted /);
    assert.match(await show("status", "events"), / not counted /);
    await show("report", "--out", join(root, "report.html"));
    assert.match(readFileSync(join(root, "report.html"), "utf8"), /not counted/);
  });
});
