import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { demo } from "./support";

test("demo --postgres: it replicates from PostgreSQL", async (t) => {
  const store = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(store, { recursive: true, force: true }));
  const printed = await demo(store, "--postgres");
  assert.match(printed, /PostgreSQL on 127\.0\.0\.1:\d+, [\d,]+ orders\./);
  assert.match(printed, /\nshop-orders +public-orders +[\d,]+ .*none +updated_at \S+ +succeeded\n/);
});
