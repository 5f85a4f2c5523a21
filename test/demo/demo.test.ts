import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { demo } from "./support";

suite("demo, as npm starts it", () => {
  const store = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  after(() => rmSync(store, { recursive: true, force: true }));

  test("demo: the second run resumes from the saved state", async () => {
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

  test("demo: unknown options are rejected, and --help lists the others", async () => {
    await assert.rejects(
      demo(store, "--offline"),
      /--offline\.\nAvailable options: --online, --postgres and --help\./,
    );
    assert.match(await demo(store, "--help"), /npm run demo -- --online/);
  });
});
