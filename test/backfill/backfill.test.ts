import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  newBackfill,
  readBackfill,
  runBackfill,
  type WindowRunner,
} from "../../src/backfill/backfill";
import { checkDay, requireWindow, windowSettings, windowsOf } from "../../src/backfill/windows";
import { tapExchangeRatesApi, tapPostgres, tapRestApi, targetJsonl } from "../../connectors";
import type { Tap } from "../../src/model/connector";
import type { Replication } from "../../src/model/replication";
import { backfillKey } from "../../src/store/keys";
import { openFolder } from "../../src/store/folder";
import { temporaryFolder } from "../store/stores";

const replication = (tap: Tap): Replication => ({
  name: "rates",
  schedule: "@daily",
  tap,
  target: targetJsonl({}),
});

suite("backfill windows", () => {
  const text = (from: string, to: string, by: "day" | "week" | "month") =>
    windowsOf({ from, to }, by).map((window) => `${window.from}/${window.to}`);

  test("backfill windows: they follow the days, weeks and months of the calendar", () => {
    assert.deepEqual(text("2026-02-27", "2026-03-02", "day"), [
      "2026-02-27/2026-02-28",
      "2026-02-28/2026-03-01",
      "2026-03-01/2026-03-02",
    ]);
    assert.deepEqual(text("2026-01-01", "2026-01-18", "week"), [
      "2026-01-01/2026-01-08",
      "2026-01-08/2026-01-15",
      "2026-01-15/2026-01-18",
    ]);
    assert.deepEqual(text("2025-11-15", "2026-01-10", "month"), [
      "2025-11-15/2025-12-01",
      "2025-12-01/2026-01-01",
      "2026-01-01/2026-01-10",
    ]);
  });

  test("backfill windows: invalid days and too many windows are rejected", () => {
    assert.throws(
      () => windowsOf({ from: "2026-01-02", to: "2026-01-02" }, "day"),
      /--to 2026-01-02 is not later than --from 2026-01-02\.\nSet --to to the day after the last one\./,
    );
    assert.throws(
      () => windowsOf({ from: "0001-01-01", to: "2026-01-02" }, "day"),
      /gives more than 5000 windows\.\nUse longer windows\./,
    );
    assert.throws(
      () => checkDay("--from", "2026-02-30"),
      /--from: "2026-02-30"\.\nUse a date such as 2026-01-31\./,
    );
    assert.throws(
      () => checkDay("--to", "today"),
      /Invalid value for --to: "today"\.\nUse a date such as/,
    );
  });
});

suite("backfill settings of a tap", () => {
  test("backfill settings: a window becomes settings; an inclusive end is the day before", () => {
    const window = requireWindow(replication(tapExchangeRatesApi({ base_url: "http://x" })));
    assert.deepEqual(windowSettings(window, { from: "2026-01-01", to: "2026-02-01" }), {
      start_date: "2026-01-01",
      end_date: "2026-01-31",
    });
    assert.deepEqual(
      windowSettings({ from: "since", to: "until" }, { from: "2026-01-01", to: "2026-02-01" }),
      { since: "2026-01-01", until: "2026-02-01" },
    );
  });

  test("backfill settings: a tap that declares no end, or no window, is rejected", () => {
    assert.throws(
      () => requireWindow(replication(tapRestApi({ api_url: "http://x" }))),
      /"rates": tap-rest-api-msdk cannot read part of its history: it declares "start_date" for the start but no setting for the end\.\nAdd a window to the connector, .*npx tapctl run rates --from DAY/,
    );
    assert.throws(
      () => requireWindow(replication(tapPostgres({}))),
      /tap-postgres cannot read part of its history: it declares no setting/,
    );
  });
});

suite("backfill progress", () => {
  const days = { from: "2026-01-01", to: "2026-01-04" };
  const fresh = newBackfill("rates", days, "day", false, windowsOf(days, "day"));
  const runner = (codes: readonly (number | undefined)[], log: string[]): WindowRunner => {
    let count = 0;
    return {
      start: ({ from }) => Promise.resolve(`run-${from}`),
      wait: (run) => {
        log.push(run);
        return Promise.resolve(codes[count++]);
      },
    };
  };

  test("backfill: it stops at the window that fails, and the next call resumes from it", async () => {
    const store = openFolder(temporaryFolder());
    const log: string[] = [];
    assert.equal(
      await runBackfill(
        store,
        await readBackfill(store, fresh),
        runner([0, 11], log),
        () => undefined,
      ),
      11,
    );
    assert.deepEqual(
      (await readBackfill(store, fresh)).windows.map(({ status }) => status),
      ["succeeded", "failed", "waiting"],
    );
    assert.equal(
      await runBackfill(
        store,
        await readBackfill(store, fresh),
        runner([0, 0], log),
        () => undefined,
      ),
      0,
    );
    assert.deepEqual(log, ["run-2026-01-01", "run-2026-01-02", "run-2026-01-02", "run-2026-01-03"]);
  });

  test("backfill: the next call waits for a run in progress instead of starting its window again", async () => {
    const store = openFolder(temporaryFolder());
    const log: string[] = [];
    assert.equal(
      await runBackfill(
        store,
        await readBackfill(store, fresh),
        runner([undefined], log),
        () => undefined,
      ),
      undefined,
    );
    const again: WindowRunner = {
      ...runner([0, 0, 0], log),
      start: ({ from }) =>
        from === "2026-01-01"
          ? Promise.reject(new Error("started twice"))
          : Promise.resolve(`run-${from}`),
    };
    assert.equal(
      await runBackfill(store, await readBackfill(store, fresh), again, () => undefined),
      0,
    );
    assert.deepEqual(log, ["run-2026-01-01", "run-2026-01-01", "run-2026-01-02", "run-2026-01-03"]);
  });

  test("backfill: the error for unreadable progress names the option to start over", async () => {
    const store = openFolder(temporaryFolder());
    await store.put(backfillKey("rates", fresh.id), "{");
    await assert.rejects(
      readBackfill(store, fresh),
      /backfills\/rates\/2026-01-01_2026-01-04_day\.json in .* is not a backfill of version 1\.\nStart over with --restart\./,
    );
  });
});
