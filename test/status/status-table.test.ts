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
