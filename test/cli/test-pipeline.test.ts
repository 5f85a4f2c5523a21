import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "orders", schedule: "0 6 * * *", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9", auth_method: "api_key", api_keys: { key: secret("no-such-key") } }), target: c.targetJsonl({}) },
]`;

test("test: a missing secret fails the first step, on the screen, as JSON and as JUnit", async (t) => {
  const root = makeProject(t, ARRAY);
  const junit = join(root, "results", "orders.xml");
  const shown = await tapctl(root, ["test", "orders", "--junit", junit]);
  assert.equal(shown.code, 2);
  assert.match(shown.stdout, /^STEP +OF +RESULT +SECONDS +DETAIL\nsettings +orders +failed /);
  assert.match(shown.stdout, /secret "no-such-key" is not set/);
  assert.match(shown.stdout, /orders: the test failed\n$/);
  assert.match(readFileSync(junit, "utf8"), /<failure message="&quot;orders&quot;: tap: secret/);
  const { code, stdout } = await tapctl(root, ["test", "orders", "--json"]);
  assert.equal(code, 2);
  const report = JSON.parse(stdout) as { ok: boolean; steps: { name: string }[] };
  assert.deepEqual([report.ok, report.steps.map(({ name }) => name)], [false, ["settings"]]);
});

test("test: a number of records below 1 is an error", async (t) => {
  const { code, stderr } = await tapctl(makeProject(t, ARRAY), [
    "test",
    "orders",
    "--records",
    "0",
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /whole number, 1 or greater/);
});
