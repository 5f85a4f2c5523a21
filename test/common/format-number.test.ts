import assert from "node:assert/strict";
import { test } from "node:test";
import { formatNumber } from "../../src/common/format-number";

test("a number is written as toLocaleString writes it", () => {
  const numbers = [
    0,
    1,
    -1,
    999,
    1000,
    -1000,
    12_345,
    999_999,
    1_000_000,
    123_456_789,
    0.5,
    0.0004,
    0.9996,
    1234.5678,
    -98_765.4321,
    999.9999,
    1e14,
    1e15,
    1e21,
    2 ** 53,
    NaN,
    Infinity,
    -Infinity,
  ];
  for (const number of numbers)
    assert.equal(formatNumber(number), number.toLocaleString("en-US"), String(number));
});
