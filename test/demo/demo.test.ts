import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { runToEnd } from "../support/command";

const REPOSITORY = join(__dirname, "..", "..");

suite("the demo, as npm starts it", () => {
  const store = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  after(() => rmSync(store, { recursive: true, force: true }));

  test("replicates, and goes on from the saved state the second time", async () => {
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

  test("replicates from a PostgreSQL", async () => {
    const printed = await demo(store, "--postgres");
    assert.match(printed, /PostgreSQL on 127\.0\.0\.1:\d+, [\d,]+ orders\./);
    assert.match(
      printed,
      /\nshop-orders +public-orders +[\d,]+ .*none +updated_at \S+ +succeeded\n/,
    );
  });

  test("knows its flags", async () => {
    await assert.rejects(
      demo(store, "--offline"),
      /--offline\.\nAvailable options: --online, --postgres and --help\./,
    );
    assert.match(await demo(store, "--help"), /npm run demo -- --online/);
  });
});

/** What the demo printed; an error with what it said where it failed. */
async function demo(store: string, ...flags: readonly string[]): Promise<string> {
  const env = { ...process.env, TAPCTL_STORE: store, NO_COLOR: "1" };
  const { code, stdout, stderr } = await runToEnd(
    [join(REPOSITORY, "dist", "src", "demo", "demo.js"), ...flags],
    { env },
  );
  if (code !== 0) throw new Error(stderr || stdout);
  return stdout;
}
