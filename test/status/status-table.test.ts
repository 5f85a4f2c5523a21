import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { commandsFor } from "../../src/common/commands";
import { statusTable } from "../../src/status/status-table";
import type { PipelineStatus } from "../../src/status/pipeline-status";

const row = (name: string, change: Partial<PipelineStatus>): PipelineStatus => ({
  name,
  condition: "ok",
  schedule: "every hour",
  invalid: null,
  suspended: false,
  next: null,
  lateSeconds: null,
  active: null,
  last: null,
  bookmark: null,
  consecutiveFailures: 0,
  undelivered: null,
  ...change,
});
const closing = (...rows: readonly PipelineStatus[]): readonly string[] =>
  stripVTControlCharacters(statusTable(rows, commandsFor()))
    .split("\n")
    .slice(rows.length + 1);

test("status table: without problems, it ends with its rows", () =>
  assert.deepEqual(closing(row("orders", {}), row("users", {})), []));

test("status table: errors and reasons why no run starts are listed below", () => {
  const late = (name: string) => row(name, { condition: "late", lateSeconds: 400 });
  assert.deepEqual(
    closing(
      row("orders", { condition: "invalid schedule", invalid: "61 * * * *" }),
      late("users"),
      late("rates"),
    ),
    ["", "orders: 61 * * * *", "2 late: to check whether Argo starts runs, use npx tapctl doctor"],
  );
});

test("status table: a slot at risk and that of a suspended pipeline are listed below", () => {
  const slot = {
    slot: "orders",
    retainedBytes: 3_000_000,
    walStatus: "reserved",
    checked: "2026-11-23T08:15:02.000Z",
    problem: null,
  };
  const withSlots = (name: string, suspended: boolean, problem: string | null) =>
    row(name, {
      suspended,
      last: {
        run: "r",
        status: "succeeded",
        started: "2026-11-23T08:15:02Z",
        agoSeconds: 1,
        seconds: 1,
        records: 1,
        bytes: 1,
        leftOut: [],
        schemaChanges: [],
        uncountedFiles: 0,
        error: null,
        slots: [{ ...slot, problem }],
      },
    });
  assert.deepEqual(
    closing(
      withSlots("users", false, null),
      withSlots("rates", false, "replication slot rates is lost"),
      withSlots("orders", true, null),
    ),
    [
      "",
      "rates: replication slot rates is lost",
      "orders: replication slot orders retains the log of the database while the pipeline is suspended: 3.0 MB at 2026-11-23 08:15 UTC, and more since",
    ],
  );
});

test("status table: a notification that did not reach a channel is listed below", () =>
  assert.deepEqual(
    closing(
      row("orders", { undelivered: { run: "r", event: "failed", failures: ["slack: HTTP 500"] } }),
    ),
    ["", "orders: the notification of run r (failed) was not delivered: slack: HTTP 500"],
  ));
