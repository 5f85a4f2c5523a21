import assert from "node:assert/strict";
import { test } from "node:test";
import { plural } from "../../src/common/plural";
import { formatBytes, table } from "../../src/common/print";
import { describeState } from "../../src/store/runs/run-text";
import { toJsonText } from "../../src/common/json";

test("table: columns are as wide as their content, and numbers are right-aligned", () => {
  assert.equal(
    table(
      ["NAME", "ROWS"],
      [
        ["a", 5],
        ["longer", 12_345],
      ],
    ),
    "NAME      ROWS\na            5\nlonger  12,345",
  );
  assert.equal(table(["NAME"], []), "NAME");
  assert.equal(
    table(["ERROR", "RUN"], [["denied:\n  no signature", "a"]]),
    "ERROR                 RUN\ndenied: no signature  a",
  );
});

for (const [bytes, text] of [
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1_536_000, "1.5 MB"],
  [2_500_000_000, "2.5 GB"],
  [9e15, "9000.0 TB"],
] as const) {
  test(`formatBytes: ${bytes} bytes are "${text}"`, () => assert.equal(formatBytes(bytes), text));
}

for (const [state, text] of [
  [null, "none"],
  [undefined, "none"],
  [{ bookmarks: { orders: { replication_key: "id", replication_key_value: 7 } } }, "id 7"],
  [{ bookmarks: { a: { replication_key_value: "x" }, b: { replication_key_value: "x" } } }, "x"],
  [{ bookmarks: { a: { version: 3 } } }, "bookmarks:{a:{version:3}}"],
  [{ start_date: "2026-11-20" }, "start_date:2026-11-20"],
  [{ long: "x".repeat(60) }, `long:${"x".repeat(42)}…`],
] as const) {
  test(`describeState: ${JSON.stringify(state)} is "${text}"`, () =>
    assert.equal(describeState(state && toJsonText(state)), text));
}

test("plural: a number with its noun", () => {
  assert.deepEqual(
    [plural(0, "run"), plural(1, "run"), plural(1200, "entry", "entries")],
    ["0 runs", "1 run", "1,200 entries"],
  );
});
