import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearest } from "../../../src/model/validation/nearest";

const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ["shedule", ["name", "schedule"], "schedule"],
  ["schedules", ["name", "schedule"], "schedule"],
  ["tpa", ["tap", "target"], "tap"],
  ["ORDERS", ["orders", "borders"], "orders"],
  ["x", ["y"], "y"],
  ["orders", ["customers"], undefined],
  ["abc", ["xyz"], undefined],
  ["", ["orders"], undefined],
  ["orders", [], undefined],
  ["ordres-daily", ["orders-weekly", "orders-daily"], "orders-daily"],
];

for (const [name, candidates, expected] of cases) {
  test(`suggestion: the nearest to ${JSON.stringify(name)} of ${candidates.join(", ") || "nothing"} is ${expected}`, () => {
    assert.equal(nearest(name, candidates), expected);
  });
}

test("suggestion: it is part of the message only if a name is near", () => {
  assert.equal(didYouMean("shedule", ["schedule"]), `; did you mean "schedule"?`);
  assert.equal(didYouMean("xyz", ["schedule"]), "");
});
