import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkKey } from "../../src/store/object-store";
import {
  historyKey,
  isRunId,
  leaseKey,
  newRunId,
  outputPrefix,
  overlayKey,
  runFileKey,
  runPrefix,
  runTime,
  stateKey,
  stepLogFolder,
} from "../../src/store/keys";

describe("object keys", () => {
  test("object keys: they equal the documented layout, on which later versions and the cluster rely", () => {
    const run = "20261123T081502Z-4f2a9c";
    const keys = [
      stateKey("orders"),
      historyKey("orders", run),
      overlayKey("orders"),
      leaseKey("orders", 7),
      runFileKey("orders", run, "extract.jsonl"),
      runFileKey("orders", run, "summary.json"),
      `${stepLogFolder("orders", run, "dbt", "0")}/main.log`,
    ];
    assert.deepEqual(keys, [
      "state/orders/state.json",
      "state/orders/history/20261123T081502Z-4f2a9c.json",
      "state/orders/overlay.json",
      "leases/orders/0000000007.json",
      "runs/orders/20261123T081502Z-4f2a9c/extract.jsonl",
      "runs/orders/20261123T081502Z-4f2a9c/summary.json",
      "runs/orders/20261123T081502Z-4f2a9c/logs/dbt/0/main.log",
    ]);
    assert.equal(outputPrefix("orders", run), `${runPrefix("orders", run)}output/`);
    assert.deepEqual(keys.map(checkKey), keys);
  });

  test("run IDs: they contain the time, and two of one millisecond differ", () => {
    const now = new Date("2026-11-23T08:15:02.500Z");
    assert.equal(
      newRunId(now, undefined, () => 0xa9c),
      "20261123T081502Z-800a9c",
    );
    assert.deepEqual(runTime("20261123T081502Z-800a9c"), new Date("2026-11-23T08:15:02Z"));
    assert.ok(new Set(Array.from({ length: 20 }, () => newRunId(now))).size > 1);
  });

  test("run IDs: they sort by time, to the millisecond", () => {
    const times = [
      "2026-11-23T08:15:02.000Z",
      "2026-11-23T08:15:02.001Z",
      "2026-11-23T08:15:02.999Z",
      "2026-11-23T08:15:03.000Z",
      "2027-01-01T00:00:00Z",
    ];
    const extremes = times.flatMap((time) =>
      [0, 4095].map((random) => newRunId(new Date(time), undefined, () => random)),
    );
    assert.deepEqual([...extremes].sort(), extremes);
  });

  test("run IDs: one created after another sorts after it, whatever the clock", () => {
    const now = new Date("2026-11-23T08:15:02.500Z");
    assert.equal(
      newRunId(now, "20261123T081502Z-4f2a9c", () => 0xa9c),
      "20261123T081502Z-800a9c",
      "the clock is later",
    );
    assert.equal(
      newRunId(now, "20261123T081502Z-800fff", () => 0),
      "20261123T081502Z-801000",
    );
    assert.equal(
      newRunId(now, "20291231T235959Z-ffffff", () => 0),
      "20300101T000000Z-000000",
    );
    assert.equal(
      newRunId(now, "not a run", () => 0),
      "20261123T081502Z-800000",
    );
  });

  test("run IDs: only valid ones are recognized", () => {
    assert.equal(isRunId(newRunId(new Date())), true);
    for (const text of [
      "",
      "latest",
      "20261123T081502Z-4F2A9C",
      "20261123T081502Z-4f2a9",
      "../20261123T081502Z-4f2a9c",
    ]) {
      assert.equal(isRunId(text), false, text);
      assert.equal(runTime(text), undefined, text);
    }
  });
});
