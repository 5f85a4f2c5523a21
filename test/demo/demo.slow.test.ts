import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { demo } from "./support";

test("demo: the second run resumes from the saved state", async (t) => {
  const store = storeFolder(t);
  const first = await demo(store);
  assert.match(first, /Sample data: exchange rates served on localhost/);
  assert.match(first, /date,base,quote,rate\n +2026-11-02,USD,EUR,/);
  assert.match(first, /\nexchange-rates +exchange_rate +36 .*none +date 2026-11-13 +succeeded\n/);
  assert.match(
    first,
    /\nexchange-rates-classic +exchange_rate +\d+ .*none +start_date:\S+ +succeeded\n/,
  );
  const second = await demo(store);
  assert.match(
    second,
    /\nexchange-rates +exchange_rate +6 .*date 2026-11-13 +date 2026-11-14 +succeeded\n/,
  );
  assert.match(
    second,
    /Each pipeline resumed from its saved state\. A bookmark is the last value that was loaded/,
  );
});

test("demo --postgres: it replicates from PostgreSQL", async (t) => {
  const printed = await demo(storeFolder(t), "--postgres");
  assert.match(printed, /PostgreSQL on 127\.0\.0\.1:\d+, [\d,]+ orders\./);
  assert.match(printed, /\nshop-orders +public-orders +[\d,]+ .*none +updated_at \S+ +succeeded\n/);
});

function storeFolder(t: TestContext): string {
  const store = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(store, { recursive: true, force: true }));
  return store;
}
