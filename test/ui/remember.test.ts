import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST, remember, type Timed } from "../../src/ui/remember";

test("remembered entries: expired ones are forgotten, and the oldest if there are too many", () => {
  const entries = new Map<string, Timed<number>>();
  const add = (id: string, value: number, now: number) =>
    remember(entries, id, { value, until: now + 100 }, now);
  add("a", 1, 0);
  add("b", 2, 50);
  add("a", 3, 60);
  assert.deepEqual([...entries.keys()], ["b", "a"]);
  add("c", 4, 150);
  assert.deepEqual([...entries.keys()], ["a", "c"], "b has expired");
  for (let number = 0; number < MOST; number += 1) add(`token-${number}`, number, 151);
  assert.equal(entries.size, MOST);
  assert.ok(!entries.has("a") && entries.has("token-0"));
});
