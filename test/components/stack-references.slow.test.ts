import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered } from "../manifests/fixtures";
import { once } from "../support/once";
import { recordStack } from "../support/stack";

const COUNT = 1000;
const many = once(() =>
  recordStack(Array.from({ length: COUNT }, (_, number) => numbered(number))),
);

test(`stack: ${COUNT} pipelines have at most three resources each, all with different URNs`, async () => {
  const registrations = await many();
  assert.equal(new Set(registrations.map(({ urn }) => urn)).size, registrations.length);
  const counts = new Map<string, number>();
  const own = new Set(Array.from({ length: COUNT }, (_, number) => numbered(number).name));
  for (const { name } of registrations)
    if (own.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  assert.equal(counts.size, COUNT);
  assert.deepEqual(
    [...counts].filter(([, count]) => count > 3),
    [],
  );
});
