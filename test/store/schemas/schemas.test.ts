import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { UserError } from "../../../src/common/errors";
import { exportContracts } from "../../../src/run/export-contracts";
import { columnParents, columnSteps } from "../../../src/store/schemas/column-path";
import { compareSchemas } from "../../../src/store/schemas/compare-schemas";
import { contractOf } from "../../../src/store/schemas/contract";
import type { SavedSchemas, StreamSchema } from "../../../src/store/schemas/schemas";

const stream = (name: string, columns: StreamSchema["columns"], key = ["id"]): StreamSchema => ({
  stream: name,
  key,
  columns,
  required: [],
  count: Object.keys(columns).length,
});

const saved = (...streams: readonly StreamSchema[]): SavedSchemas => ({
  pipeline: "orders",
  run: "r",
  time: "2026-11-30T00:00:00Z",
  streams,
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("column paths: names with dots, quotes and brackets, and the items of lists", () => {
  assert.deepEqual(columnSteps('a."b.c"[][]."\\"q\\""'), [
    { property: "a" },
    { property: "b.c" },
    { items: true },
    { items: true },
    { property: '"q"' },
  ]);
  assert.deepEqual(columnParents('a."b.c"[].d'), ["a", 'a."b.c"', 'a."b.c"[]']);
  assert.deepEqual(columnParents("id"), []);
});

test("schemas: differences are those that the runner reports", () => {
  const before = saved(
    stream("gone", { id: "integer" }),
    stream("orders", { id: "integer", a: "string", o: "object", "o.x": "string" }),
  );
  const after = saved(
    stream("new", { id: "integer" }),
    stream("orders", { id: "string", b: "object", "b.x": "string", "b.y": "string" }, ["id", "b"]),
  );
  assert.deepEqual(
    compareSchemas(before, after).map((each) => `${each.stream}: ${each.text}`),
    [
      "new: new stream",
      "orders: column a removed (string)",
      "orders: column o removed (object)",
      "orders: column b added (object)",
      "orders: column id changed from integer to string",
      "orders: key changed from id to id, b",
      "gone: stream removed",
    ],
  );
  assert.deepEqual(compareSchemas(before, before), []);
});

test("contract: nested columns, formats, keys and required columns", () => {
  const schema = stream("orders", {
    id: "integer",
    any: "any",
    at: "string(date-time)|null",
    either: "string(date)|string(time)",
    tags: "array|null",
    "tags[]": "object",
    "tags[].a": "string",
  });
  assert.deepEqual(contractOf({ ...schema, required: ["tags[].a"] }), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "orders",
    type: "object",
    properties: {
      id: { type: "integer" },
      any: {},
      at: { type: ["string", "null"], format: "date-time" },
      either: {
        anyOf: [
          { type: "string", format: "date" },
          { type: "string", format: "time" },
        ],
      },
      tags: {
        type: ["array", "null"],
        items: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
      },
    },
    required: ["id"],
    "x-key-properties": ["id"],
  });
});

test("export: one file per stream, also for names that differ only in case; nothing is replaced", (t) => {
  const path = join(folder(t), "contracts");
  const streams = [stream("Orders", { id: "integer" }), stream("orders", { id: "string" })];
  exportContracts(streams, path, false);
  assert.deepEqual(readdirSync(path).sort(), ["Orders.json", "orders-2.json"]);
  exportContracts(streams, path, false);
  const changed = [stream("Orders", { id: "number" })];
  assert.throws(
    () => exportContracts(changed, path, false),
    /Orders.json exists with other content/,
  );
  exportContracts(changed, path, true);
  assert.match(readFileSync(join(path, "Orders.json"), "utf8"), /"number"/);
});

test("export: a file holds one stream, and a stream with too many columns has no contract", (t) => {
  const file = join(folder(t), "orders.json");
  const two = [stream("a", { id: "integer" }), stream("b", { id: "integer" })];
  assert.throws(() => exportContracts(two, file, false), UserError);
  assert.throws(
    () => exportContracts([{ ...stream("a", {}), count: 9000, digest: "x" }], file, false),
    /The 9000 columns of stream "a" are too many/,
  );
  assert.equal(existsSync(file), false);
  exportContracts(two.slice(0, 1), file, false);
  assert.match(readFileSync(file, "utf8"), /"title": "a"/);
});
