/** Options of streams: how the runner reads and merges them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { inWorkspace, PYTHON, TEN } from "./support";

const NO_CATALOG = {
  flags: { config: true, catalog: "none", state: true, discover: false, about: false },
};

test("rules: a tap without a catalog accepts streams that are named for their options", () =>
  inWorkspace(async (space) => {
    const ended = await space.run("extract", ...space.tap(TEN, {}, NO_CATALOG), {
      select: space.write("select.json", [{ stream: "a" }]),
      rules: space.write("rules.json", [{ stream: "a", onSchemaChange: "warn" }]),
    });
    assert.equal(ended.code, 0, ended.stderr);
  }));

for (const [title, select] of [
  ["a stream that is only selected", [{ stream: "a" }, { stream: "b" }]],
  ["a selected column", [{ stream: "a", columns: ["id"] }]],
] as const)
  test(`rules: a tap without a catalog rejects ${title}`, () =>
    inWorkspace(async (space) => {
      const ended = await space.run("extract", ...space.tap(TEN, {}, NO_CATALOG), {
        select: space.write("select.json", select),
        rules: space.write("rules.json", [{ stream: "a", onSchemaChange: "warn" }]),
      });
      assert.equal(ended.code, 2);
      assert.match(ended.stderr, /tap-fake cannot select streams: it has no --discover/);
    }));

const WRONG: readonly (readonly [rule: unknown, error: string])[] = [
  [{ mask: {} }, 'a rule is an object with a "stream", e.g. {"stream": "*", "mask": {...}}'],
  [
    { stream: "a", masks: {} },
    'unknown field "masks"; allowed: stream, lookback, mask, onSchemaChange, contract, expect',
  ],
  [{ stream: "a", mask: ["email"] }, '"mask" must be an object'],
  [{ stream: "a", mask: { email: "md5" } }, '"mask" of "email" must be one of hash, null, drop'],
  [
    { stream: "a", lookback: { minutes: 1 } },
    '"lookback" must be {"seconds": number} or {"number": number}',
  ],
  [{ stream: "a", onSchemaChange: "stop" }, '"onSchemaChange" must be one of load, warn, fail'],
  [
    { stream: "a", expect: { records: 1 } },
    'unknown expectation "records"; allowed: minRecords, maxStaleness, maxDrop, columns',
  ],
];

const CATALOG = { streams: [{ tap_stream_id: "public-orders", stream: "orders" }] };
const RULES = [
  { stream: "*", onSchemaChange: "warn", mask: { email: "hash" } },
  { stream: "public-orders", mask: { card: "drop" }, expect: { minRecords: 1 } },
  { stream: "orders", onSchemaChange: "fail", expect: { maxDrop: 0.5 } },
];

const SCRIPT = `
import json, sys
from runner.codes import RunnerError
from runner.rules import Rules, read_rules
def wrong(rule):
    with open(sys.argv[1], "w") as file:
        json.dump([rule], file)
    try:
        return read_rules(sys.argv[1])
    except RunnerError as error:
        return str(error)
given = json.load(sys.stdin)
rules = Rules(given["rules"], given["catalog"])
print(json.dumps({
    "wrong": [wrong(rule) for rule in given["wrong"]],
    "orders": rules.of("orders"), "items": rules.of("items"), "none": bool(Rules([])),
}))
`;

test("rules: all that match a stream by either name apply, later ones first, and masks add up", () =>
  inWorkspace((space) => {
    const { stdout, stderr } = spawnSync(PYTHON, ["-B", "-c", SCRIPT, space.path("rules.json")], {
      encoding: "utf8",
      input: JSON.stringify({
        rules: RULES,
        catalog: CATALOG,
        wrong: WRONG.map(([rule]) => rule),
      }),
      env: { ...process.env, PYTHONPATH: join(__dirname, "..", "..", "images", "singer") },
    });
    assert.deepEqual(
      JSON.parse(stdout || "0"),
      {
        wrong: WRONG.map(([, error]) => `rule 0: ${error}`),
        orders: {
          onSchemaChange: "fail",
          mask: { email: "hash", card: "drop" },
          expect: { minRecords: 1, maxDrop: 0.5 },
        },
        items: { onSchemaChange: "warn", mask: { email: "hash" } },
        none: false,
      },
      stderr,
    );
  }));
