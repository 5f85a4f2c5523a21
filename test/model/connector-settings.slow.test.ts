import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { secret, tap, tapPostgres, tapRestApi, targetCsv, targetDuckdb } from "../../connectors";
import { settingsPath, settingsText, SHIPPED } from "../connector-settings/write";

for (const shipped of SHIPPED) {
  const { name } = shipped.use.connector;
  test(`connector settings: ${name} has those of its --about and its notes`, async () => {
    const text = await settingsText(shipped);
    const file = readFileSync(settingsPath(name), "utf8");
    assert.equal(text, file, `run npm run connectors:settings ${name}`);
  });
}

test("connector settings: an unknown name or a wrong type does not compile", () => {
  // @ts-expect-error a setting that the connector does not have
  targetCsv({ filenames: "x.csv" });
  // @ts-expect-error a required setting is missing
  targetDuckdb({ batch_size_rows: 10 });
  // @ts-expect-error a number in quotes
  tapPostgres({ port: "5432" });
  // @ts-expect-error a method that the tap does not know
  tapPostgres({ default_replication_method: "FULL" });
  // @ts-expect-error a stream without a name
  tapRestApi({ api_url: "http://api", streams: [{ path: "/rates" }] });
  tapRestApi({
    api_url: "http://api",
    headers: { authorization: secret("api-token") },
    streams: [{ name: "rates", params: { base: "USD" } }],
  });
  const one = tap({ name: "tap-shop", package: "tap-shop", version: "1.0.0" });
  assert.deepEqual(one({ anything: { at: ["all"] } }).settings, { anything: { at: ["all"] } });
});
