import assert from "node:assert/strict";
import { test } from "node:test";
import { searchConnectors } from "../../src/add/search-index";

test("search: certified connectors come first, all words must match, and the index has a date", () => {
  const { date, connectors } = searchConnectors("postgres TAP");
  assert.match(date, /^20\d\d-\d\d-\d\d$/);
  assert.ok(connectors.length > 3);
  assert.ok(connectors[0]?.certified);
  assert.ok(connectors.every(({ name }) => /postgres/i.test(name)));
  assert.deepEqual(searchConnectors("no such connector").connectors, []);
});

test("search: a source is a name on the index or a git address, without credentials", () => {
  const wrong = searchConnectors("").connectors.filter(
    ({ source, maintainer }) =>
      maintainer !== "tapctl" &&
      !/^(git\+(https|ssh):\/\/[^\s:@]+(@\S+)?|https:\/\/\S+|[\w.-]+(\[[\w,-]+\])?)$/.test(source),
  );
  assert.deepEqual(wrong, []);
});
