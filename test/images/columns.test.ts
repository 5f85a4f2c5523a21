/** What rules make of a catalog: `select` of the runner, called once for all cases. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { PYTHON } from "./support";

interface Entry {
  readonly tap_stream_id: string;
  readonly stream?: string;
  readonly schema?: object;
  readonly key_properties?: readonly string[];
  readonly metadata?: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: { readonly [name: string]: unknown };
  }[];
}

interface Outcome {
  readonly streams?: readonly Required<Entry>[];
  readonly warnings?: readonly string[];
  readonly error?: string;
}

const SCRIPT = `
import json, sys
from runner.codes import RunnerError
from runner.selection import select
def outcome(case):
    catalog = {"streams": case["streams"]}
    try:
        return {"warnings": select(catalog, case["rules"]), **catalog}
    except RunnerError as error:
        return {"error": str(error)}
print(json.dumps([outcome(case) for case in json.load(sys.stdin)]))
`;

interface Case {
  readonly title: string;
  readonly streams: readonly Entry[];
  readonly rules: readonly object[];
  readonly expect: (outcome: Outcome) => void;
}

const text = { type: "string" };
const address = { type: "object", properties: { city: text, street: text } };
const orders = (root: object = {}, more: Partial<Entry> = {}): Entry => ({
  tap_stream_id: "public-orders",
  stream: "orders",
  schema: { properties: { id: text, status: text, card_number: text, address, blob: text } },
  key_properties: ["id"],
  metadata: [
    { breadcrumb: [], metadata: { "table-key-properties": ["id"], ...root } },
    { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
    { breadcrumb: ["properties", "status"], metadata: { inclusion: "available" } },
    { breadcrumb: ["properties", "blob"], metadata: { inclusion: "unsupported" } },
  ],
  ...more,
});
const other = (name: string, root: object = {}): Entry => ({
  tap_stream_id: name,
  stream: name,
  schema: { properties: { id: text } },
  metadata: [{ breadcrumb: [], metadata: { "forced-replication-method": "FULL_TABLE", ...root } }],
});

/** Whether each property with metadata of its own is selected, by path. */
function selected({ streams }: Outcome, at = 0): { readonly [path: string]: unknown } {
  return Object.fromEntries(
    (streams?.[at]?.metadata ?? [])
      .filter(({ metadata }) => "selected" in metadata)
      .map(({ breadcrumb, metadata }) => [
        breadcrumb.filter((_, index) => index % 2 === 1).join("."),
        metadata["selected"],
      ]),
  );
}

const columns = (
  title: string,
  given: readonly string[],
  expected: { readonly [path: string]: boolean },
  warnings: readonly string[] = [],
): Case => ({
  title: `selection: columns ${title}`,
  streams: [orders()],
  rules: [{ stream: "orders", columns: given }],
  expect(outcome) {
    assert.deepEqual(selected(outcome), { "": true, ...expected });
    assert.deepEqual(outcome.warnings, warnings);
  },
});

const error = (
  title: string,
  streams: readonly Entry[],
  rules: readonly object[],
  expected: string,
): Case => ({
  title: `selection: ${title}`,
  streams,
  rules,
  expect: (outcome) => assert.equal(outcome.error, expected),
});

const all = { status: true, card_number: true, address: true };
const CASES: readonly Case[] = [
  columns("exclude one of all", ["*", "!card_number"], { ...all, card_number: false }),
  columns("that only exclude select the others", ["!card_*"], { ...all, card_number: false }),
  columns("that only include leave the others out", ["status"], {
    status: true,
    card_number: false,
    address: false,
  }),
  columns("count in order: the last that matches wins", ["!card_*", "*"], all),
  columns("count in order: a name after a pattern", ["!*", "card_number"], {
    status: false,
    card_number: true,
    address: false,
  }),
  columns("exclude a nested property", ["*", "!address.street"], {
    ...all,
    "address.street": false,
  }),
  columns("include a nested property and what is around it", ["address.city"], {
    status: false,
    card_number: false,
    address: true,
    "address.street": false,
  }),
  columns("exclude an object with all in it", ["*", "!address"], { ...all, address: false }),
  columns("keep one property of an object", ["*", "!address", "address.city"], {
    ...all,
    "address.street": false,
  }),
  columns("do not exclude an automatic property", ["*", "!id"], all, [
    '"id" of "public-orders" cannot be excluded: the tap always sends it',
  ]),
  columns("do not select an unsupported property", ["blob", "*"], all, [
    '"blob" of "public-orders" cannot be selected: the tap does not support it',
  ]),
  error(
    "a column that does not exist is an error that names the nearest",
    [orders()],
    [{ stream: "orders", columns: ["*", "!card_numbr"] }],
    'selection 0 ("orders"): no property matches "card_numbr" in "columns"; the nearest is "card_number"',
  ),
  error(
    "a replication key that does not exist is an error that names the nearest",
    [orders()],
    [{ stream: "orders", replicationMethod: "INCREMENTAL", replicationKey: "statu" }],
    'selection 0 ("orders"): no property matches "statu" in "replicationKey"; the nearest is "status"',
  ),
  {
    title: "selection: a replication key that the tap lists need not be a property",
    streams: [orders({ "valid-replication-keys": ["_sdc_lsn"] })],
    rules: [{ stream: "orders", replicationMethod: "INCREMENTAL", replicationKey: "_sdc_lsn" }],
    expect: ({ error: problem }) => assert.equal(problem, undefined),
  },
  {
    title: "selection: a replication key of a stream without a schema is not checked",
    streams: [{ tap_stream_id: "a", metadata: [] }],
    rules: [{ stream: "a", replicationMethod: "INCREMENTAL", replicationKey: "id" }],
    expect: ({ error: problem }) => assert.equal(problem, undefined),
  },
  {
    title:
      "selection: primary keys replace those of the tap wherever taps read them, and stay selected",
    streams: [orders({ "is-view": true })],
    rules: [{ stream: "orders", primaryKeys: ["status"], columns: ["*", "!status"] }],
    expect(outcome) {
      const [entry] = outcome.streams ?? [];
      const root = entry?.metadata[0]?.metadata;
      assert.deepEqual(
        [entry?.key_properties, root?.["table-key-properties"], root?.["view-key-properties"]],
        [["status"], ["status"], ["status"]],
      );
      assert.equal(selected(outcome)["status"], true);
      assert.deepEqual(outcome.warnings, [
        '"status" of "public-orders" cannot be excluded: it is a key',
      ]);
    },
  },
  {
    title: "selection: primary keys of a table are not those of a view",
    streams: [orders()],
    rules: [{ stream: "orders", primaryKeys: ["status"] }],
    expect: ({ streams }) =>
      assert.equal("view-key-properties" in (streams?.[0]?.metadata[0]?.metadata ?? {}), false),
  },
  error(
    "a primary key that does not exist is an error that names the nearest",
    [orders()],
    [{ stream: "orders", primaryKeys: ["ids"] }],
    'selection 0 ("orders"): no property matches "ids" in "primaryKeys"; the nearest is "id"',
  ),
  {
    title: "selection: the last rule that matches a stream decides whether it is ignored",
    streams: [other("log_a"), other("log_b"), other("orders")],
    rules: [{ stream: "*" }, { stream: "log_*", ignore: true }, { stream: "log_b" }],
    expect: (outcome) =>
      assert.deepEqual(
        [0, 1, 2].map((at) => selected(outcome, at)[""]),
        [false, true, true],
      ),
  },
  {
    title: "selection: an ignored pattern that matches no stream is a warning",
    streams: [other("orders")],
    rules: [{ stream: "*" }, { stream: "logs", ignore: true }],
    expect: ({ warnings }) =>
      assert.deepEqual(warnings, [
        'selection 1: no stream matches "logs"; the nearest is "orders"',
      ]),
  },
  error(
    "a forced replication method is not overridden, and all such streams are in one error",
    [
      other("a"),
      other("b", { "forced-replication-method": { "replication-method": "LOG_BASED" } }),
    ],
    [{ stream: "*", replicationMethod: "INCREMENTAL" }],
    'selection: the tap forces the replication method of "a" (FULL_TABLE, not INCREMENTAL), "b" (LOG_BASED, not INCREMENTAL); give these streams that method',
  ),
  {
    title: "selection: a forced replication method may be repeated, or left to the tap",
    streams: [other("a"), other("b")],
    rules: [{ stream: "a", replicationMethod: "FULL_TABLE" }, { stream: "b" }],
    expect: ({ error: problem }) => assert.equal(problem, undefined),
  },
  {
    title: "selection: a forced replication method of an ignored stream does not matter",
    streams: [other("a"), orders()],
    rules: [
      { stream: "*", replicationMethod: "INCREMENTAL" },
      { stream: "a", ignore: true },
    ],
    expect: ({ error: problem }) => assert.equal(problem, undefined),
  },
  {
    title: "selection: streams whose names differ only in case stay separate, with a warning",
    streams: [other("Orders"), other("orders"), other("ORDERS")],
    rules: [{ stream: "Orders" }, { stream: "orders" }],
    expect(outcome) {
      assert.deepEqual(
        [0, 1, 2].map((at) => selected(outcome, at)[""]),
        [true, true, false],
      );
      assert.deepEqual(outcome.warnings, [
        'the streams "Orders" and "orders" differ only in case: a target that ignores it would load both into one table',
      ]);
    },
  },
  error(
    "a rule with a field of the array is an error",
    [orders()],
    [{ stream: "orders", key: "id" }],
    'selection 0: unknown field "key"; allowed: stream, replicationMethod, replicationKey, include, exclude, columns, primaryKeys, ignore',
  ),
];

const { stdout, stderr } = spawnSync(PYTHON, ["-B", "-c", SCRIPT], {
  encoding: "utf8",
  input: JSON.stringify(CASES.map(({ streams, rules }) => ({ streams, rules }))),
  env: { ...process.env, PYTHONPATH: join(__dirname, "..", "..", "images", "singer") },
});
const outcomes = JSON.parse(stdout || "[]") as readonly Outcome[];

for (const [at, { title, expect }] of CASES.entries())
  test(title, () => expect(outcomes[at] ?? assert.fail(stderr)));
