import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { targetDuckdb } from "../../connectors";
import { install, load, RATES, temporaryFolder } from "./support";

const READ = "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1]).execute('select date, quote, rate from main.exchange_rate order by date').fetchall()))";

test("target-duckdb merges records by their key", async (t) => {
  const path = join(temporaryFolder(t), "warehouse.duckdb");
  const target = targetDuckdb({ path });
  const [schema, first, second, state] = RATES;
  assert.equal((await load(t, target, [schema, first, state])).code, 0);
  const result = await load(t, target, [schema, { ...first, record: { ...first.record, rate: 0.92 } }, second, state]);
  assert.equal(result.code, 0, result.error ?? "");
  const { python } = await install(target);
  assert.deepEqual(JSON.parse(execFileSync(python, ["-c", READ, path], { encoding: "utf8" })), [
    ["2026-11-19", "EUR", 0.92],
    ["2026-11-20", "Grüße, \"x\"", null],
  ]);
});
