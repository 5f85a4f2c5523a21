import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { secret } from "../../src/model/connector-settings";
import { ExitCode } from "../../src/run/runner";
import { runPipeline } from "../../src/run/run";
import type { RunOptions } from "../../src/run/run-options";
import { rollBackState, setState } from "../../src/run/state-changes";
import { leaseGuard } from "../../src/run/change-state";
import { listRuns } from "../../src/store/runs/runs";
import { readState } from "../../src/store/state/state";
import { history } from "../../src/store/state/state-history";
import {
  fakeContext,
  fakePipeline,
  fakeTarget,
  numbersIn,
  range,
  temporaryFolder,
} from "./support";
import { stringifyJson, toJsonText } from "../../src/common/json";
import { plain } from "../support/plain";

const MODES = ["artifact", "stream"] as const;

const bookmark = (value: number) => ({
  bookmarks: { events: { replication_key: "id", replication_key_value: value } },
});

for (const mode of MODES) {
  suite(`run in ${mode} mode`, () => {
    test(`${mode} mode: a run loads everything and saves the state, and the next one resumes`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const first = await runPipeline(context, fakePipeline(folder, { rows: 25 }), { mode });
      assert.equal(first.error, null);
      assert.equal(first.status, "succeeded");
      assert.deepEqual(first.streams, [{ stream: "events", records: 25 }]);
      assert.deepEqual(plain(first.stateAfter), bookmark(25));
      const second = await runPipeline(context, fakePipeline(folder, { rows: 40 }), { mode });
      assert.deepEqual(plain(second.stateBefore), bookmark(25));
      assert.equal(second.records, 15);
      assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 40));
      assert.deepEqual(
        plain((await readState(context.store, "events"))?.envelope.state),
        bookmark(40),
      );
    });

    test(`${mode} mode: if the tap fails in its last attempt, its progress is saved and the run fails`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 100, fail_after: 25 }, {}, { retries: { limit: 0 } }),
        { mode },
      );
      assert.equal(summary.status, "failed");
      assert.equal(summary.code, ExitCode.tapFailed);
      assert.match(summary.error ?? "", /tap-fake.*ValueError: the source hung up/);
      assert.deepEqual(plain(summary.stateAfter), bookmark(20));
      assert.deepEqual(numbersIn(join(folder, "loaded")), range(1, 25));
    });

    test(`${mode} mode: a tap that fails once is retried`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 50, fail_after: 25, fail_times: 1 }),
        { mode },
      );
      assert.equal(summary.status, "succeeded", summary.error ?? "");
      assert.equal(summary.attempts.extract, 2);
      assert.deepEqual([...new Set(numbersIn(join(folder, "loaded")))], range(1, 50));
      assert.deepEqual(plain(summary.stateAfter), bookmark(50));
    });

    test(`${mode} mode: if the target fails in its last attempt, the old state is kept`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      await runPipeline(context, fakePipeline(folder, { rows: 10 }), { mode });
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 60 }, { fail_after: 45 }),
        { mode },
      );
      assert.equal(summary.code, ExitCode.targetFailed);
      assert.match(summary.error ?? "", /target-fake.*IOError: the warehouse is closed/);
      assert.equal(summary.stateCommitted, false);
      assert.deepEqual(
        plain((await readState(context.store, "events"))?.envelope.state),
        bookmark(10),
      );
    });

    test(`${mode} mode: bookmarks of streams that a run does not send are kept, also in a full refresh`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      await runPipeline(context, fakePipeline(folder, { rows: 10 }), { mode });
      await runPipeline(context, fakePipeline(folder, { rows: 20, stream: "other" }), { mode });
      const summary = await runPipeline(context, fakePipeline(folder, { rows: 5 }), {
        mode,
        fullRefresh: true,
      });
      assert.equal(summary.records, 5);
      const kept = {
        bookmarks: {
          ...bookmark(5).bookmarks,
          other: { replication_key: "id", replication_key_value: 20 },
        },
      };
      assert.deepEqual(plain((await readState(context.store, "events"))?.envelope.state), kept);
      assert.deepEqual(
        [summary.stateBefore, plain(summary.stateAfter), summary.unselected],
        [null, kept, ["other"]],
      );
    });

    test(`${mode} mode: a full refresh whose tap fails once continues from the loaded data, not from the saved state`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      await runPipeline(context, fakePipeline(folder, { rows: 40 }), { mode });
      const entry = fakePipeline(
        folder,
        { rows: 50, fail_after: 25, fail_times: 2 },
        { file: join(folder, "refreshed") },
      );
      const summary = await runPipeline(
        context,
        { ...entry, target: fakeTarget({ file: join(folder, "refreshed") }) },
        { mode, fullRefresh: true },
      );
      assert.equal(summary.status, "succeeded", summary.error ?? "");
      assert.deepEqual([...new Set(numbersIn(join(folder, "refreshed")))], range(1, 50));
      assert.deepEqual(plain(summary.stateAfter), bookmark(50));
    });

    test(`${mode} mode: an earlier STATE that the target reports is saved, and the next run sends the rest again`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 50 }, { behind: 2 }),
        { mode },
      );
      assert.equal(summary.status, "succeeded", summary.error ?? "");
      assert.deepEqual(plain(summary.stateAfter), bookmark(40));
      assert.match(
        summary.warnings.join(),
        /target-fake reports an earlier STATE than the last one/,
      );
      const next = await runPipeline(context, fakePipeline(folder, { rows: 50 }), { mode });
      assert.deepEqual([next.records, next.warnings], [10, []]);
    });

    test(`${mode} mode: an empty extract fails the run`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(context, fakePipeline(folder, { rows: -1 }), { mode });
      assert.equal(summary.code, ExitCode.empty);
      assert.equal(summary.status, "failed");
    });

    test(`${mode} mode: fewer records than expected fail the run, and nothing is saved`, async (t) => {
      const folder = temporaryFolder(t);
      const context = await fakeContext(folder);
      const summary = await runPipeline(
        context,
        fakePipeline(folder, { rows: 5 }, {}, { expectations: { minRecords: 6 } }),
        { mode },
      );
      assert.equal(summary.code, ExitCode.expectation);
      assert.equal(summary.stateCommitted, false);
      if (mode === "artifact") assert.deepEqual(numbersIn(join(folder, "loaded")), []);
    });
  });
}

suite("run in artifact mode", () => {
  test("artifact mode: if the target fails once, the load is retried without querying the source", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const summary = await runPipeline(
      context,
      fakePipeline(folder, { rows: 30 }, { fail_after: 15, fail_times: 1 }),
    );
    assert.equal(summary.status, "succeeded");
    assert.deepEqual(summary.attempts, { extract: 1, load: 2 });
    assert.equal(numbersIn(join(folder, "tap-starts")).length, 1);
    assert.deepEqual([...new Set(numbersIn(join(folder, "loaded")))], range(1, 30));
  });

  test("artifact mode: extract, logs, outputs and summary are stored", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const { run, outputs } = await runPipeline(
      context,
      fakePipeline(folder, { rows: 5, log: "hello from the tap" }),
    );
    const files = readdirSync(join(folder, "store", "runs", "events", run), {
      recursive: true,
    }).map(String);
    for (const file of ["extract.jsonl", "tap.log", "summary.json", "output/events.txt"])
      assert.ok(files.includes(file), `${file} is not in ${files.join(" ")}`);
    assert.deepEqual(outputs, [{ path: "events.txt", bytes: 10 }]);
    assert.match(
      readFileSync(join(folder, "store", "runs", "events", run, "tap.log"), "utf8"),
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z tap \| hello from the tap$/m,
    );
  });

  test("artifact mode: the error names both connectors if both fail", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const summary = await runPipeline(
      context,
      fakePipeline(folder, { fail_after: 15 }, { fail_after: 5 }, { retries: { limit: 0 } }),
    );
    assert.equal(summary.code, ExitCode.bothFailed);
    assert.match(summary.error ?? "", /source hung up.*; .*warehouse is closed/);
  });
});

suite("state of a run", () => {
  const rows = async (t: Parameters<typeof temporaryFolder>[0], options: RunOptions, more = {}) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    await runPipeline(context, fakePipeline(folder, { rows: 20 }));
    return {
      folder,
      context,
      summary: await runPipeline(
        context,
        { ...fakePipeline(folder, { rows: 30 }), ...more },
        options,
      ),
    };
  };

  test("full refresh: the saved state is not used, and is replaced", async (t) => {
    const { summary } = await rows(t, { fullRefresh: true });
    assert.equal(summary.records, 30);
    assert.deepEqual(plain(summary.stateAfter), bookmark(30));
  });

  test("given state: it is used instead of the saved one", async (t) => {
    const { summary } = await rows(t, { state: toJsonText(bookmark(28)) });
    assert.equal(summary.records, 2);
  });

  test("formerName: a renamed pipeline continues from the saved state", async (t) => {
    const { summary, context } = await rows(t, {}, { name: "renamed", formerName: "events" });
    assert.equal(summary.records, 10);
    assert.deepEqual(
      plain((await readState(context.store, "renamed"))?.envelope.state),
      bookmark(30),
    );
  });

  test("initialState: it is used only while no state is saved", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const entry = fakePipeline(folder, { rows: 20 }, {}, { initialState: bookmark(15) });
    assert.equal((await runPipeline(context, entry)).records, 5);
    assert.equal(
      (
        await runPipeline(context, {
          ...fakePipeline(folder, { rows: 21 }),
          initialState: bookmark(1),
        })
      ).records,
      1,
    );
  });

  test("changed source: the run stops without --full-refresh or --keep-state", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    await runPipeline(context, fakePipeline(folder, { rows: 20, database: "staging" }));
    const moved = fakePipeline(folder, { rows: 30, database: "prod" });
    const refused = await runPipeline(context, moved);
    assert.deepEqual([refused.code, refused.records], [ExitCode.stateRefused, 0]);
    assert.match(
      refused.error ?? "",
      /belongs to another source \(a setting that says where the tap reads has changed\): --full-refresh .*--keep-state/,
    );
    assert.equal((await runPipeline(context, moved, { keepState: true })).records, 10);
    assert.equal((await runPipeline(context, moved)).status, "succeeded");
    const back = await runPipeline(
      context,
      fakePipeline(folder, { rows: 20, database: "staging" }),
      { fullRefresh: true },
    );
    assert.equal(back.records, 20);
    assert.deepEqual(
      plain(
        (await runPipeline(context, moved, { source: "made-up data", ignoreState: true }))
          .stateAfter,
      ),
      bookmark(30),
    );
  });

  test("changed destination: the run stops without --full-refresh or --keep-state", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    await runPipeline(context, fakePipeline(folder, { rows: 20 }));
    const moved = {
      ...fakePipeline(folder, { rows: 30 }),
      target: fakeTarget({ file: join(folder, "elsewhere") }),
    };
    const refused = await runPipeline(context, moved);
    assert.equal(refused.code, ExitCode.stateRefused);
    assert.match(refused.error ?? "", /destination.*--full-refresh.*--keep-state/);
    assert.equal(existsSync(join(folder, "elsewhere")), false);
    assert.equal((await runPipeline(context, moved, { fullRefresh: true })).records, 30);
    const kept = await runPipeline(
      context,
      { ...moved, target: fakeTarget({ file: join(folder, "third") }) },
      { keepState: true },
    );
    assert.equal(kept.status, "succeeded");
    assert.deepEqual(numbersIn(join(folder, "third")), []);
  });
});

suite("clock that is set back", () => {
  test("clock that is set back: runs and states keep their order", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const { run: first } = await runPipeline(context, fakePipeline(folder, { rows: 10 }));
    t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2020-01-01T00:00:00Z") });
    const { run: second } = await runPipeline(context, fakePipeline(folder, { rows: 20 }));
    const { run: third } = await runPipeline(context, fakePipeline(folder, { rows: 30 }));
    assert.deepEqual(
      (await listRuns(context.store, "events", 5)).map(({ run }) => run),
      [third, second, first],
    );
    assert.deepEqual(
      (await history(context.store, "events")).map(({ run }) => run),
      [third, second, first],
    );
    const target = { store: context.store, guard: leaseGuard(context.store) };
    assert.deepEqual(
      plain((await rollBackState(target, fakePipeline(folder), undefined)).after),
      bookmark(20),
    );
    await setState(target, fakePipeline(folder), toJsonText(bookmark(25)));
    assert.deepEqual(
      plain((await rollBackState(target, fakePipeline(folder), undefined)).after),
      bookmark(20),
    );
  });
});

suite("secrets of a run", () => {
  const value = 'p"ss/wörd %41';

  test("secrets: they reach the connector, but neither the store nor the events", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder, { secrets: () => value });
    const entry = fakePipeline(folder, { rows: 5, log: secret("tap-password") as never });
    const summary = await runPipeline(context, entry, {});
    assert.equal(summary.status, "succeeded");
    const store = join(folder, "store");
    const kept = readdirSync(store, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"))
      .join("\n");
    const shown = stringifyJson(context.events);
    assert.match(kept, /tap \| \*\*\*/);
    for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) {
      assert.equal(kept.includes(form), false, "a secret is in the store");
      assert.equal(shown.includes(form), false, "a secret is in an event");
    }
  });

  test("secrets: a missing one is an error before anything is created", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    await assert.rejects(
      runPipeline(context, fakePipeline(folder, { a: secret("one"), b: [secret("two")] })),
      {
        message:
          '"events": tap: secret "one", "two" is not set.\nSet ONE, TWO in the environment or in .env.',
        exitCode: 2,
      },
    );
    assert.deepEqual(await context.store.list(""), []);
  });

  test("secrets: one that a tap rotates is kept for the next run, until the setting changes", async (t) => {
    const folder = temporaryFolder(t);
    const context = await fakeContext(folder);
    const overlay = async () =>
      (await context.store.get("state/events/overlay.json"))?.toString() ?? "";
    await runPipeline(
      context,
      fakePipeline(folder, { rows: 5, token: "first", rotate: "rotated" }),
    );
    assert.match(await overlay(), /rotated/);
    await runPipeline(context, fakePipeline(folder, { rows: 6, token: "second" }));
    const summary = await runPipeline(
      context,
      fakePipeline(folder, { rows: 7, token: "second", log: "x" }),
    );
    assert.equal(summary.status, "succeeded");
  });
});
