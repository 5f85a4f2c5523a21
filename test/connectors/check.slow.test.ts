import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  tapExchangeRatesApi,
  tapRestApi,
  targetCsv,
  targetDuckdb,
  targetPostgres,
  type Tap,
  type Target,
} from "../../connectors";
import { checkConnector, type CheckOptions } from "../../src/run/check-connector";
import { install, serve, temporaryFolder } from "./support";

async function check(use: Tap | Target, cwd: string, more: Partial<CheckOptions> = {}) {
  const settings = { config: { ...use.connector.defaults, ...use.settings }, secretPaths: [] };
  return checkConnector(await install(use), use.connector, { settings, cwd, ...more });
}

test("check: a target that writes files is tested in a temporary folder", async (t) => {
  const folder = temporaryFolder(t);
  const { ok, steps } = await check(targetCsv({ output_path: join(folder, "real") }), folder);
  assert.ok(ok, steps.at(-1)?.detail);
  assert.deepEqual(steps.map(({ name, detail }) => [name, detail])[1], ["loads", "took a record"]);
  assert.deepEqual(readdirSync(folder), []);
});

test("check: a target with a database file is tested with another file", async (t) => {
  const folder = temporaryFolder(t);
  const { ok, steps } = await check(targetDuckdb({ path: join(folder, "real.duckdb") }), folder);
  assert.ok(ok, steps.at(-1)?.detail);
  assert.equal(existsSync(join(folder, "real.duckdb")), false);
});

test("check: a target with a database server is tested only with permission, and its error is shown", async (t) => {
  const folder = temporaryFolder(t);
  const target = targetPostgres({
    host: "127.0.0.1",
    port: 1,
    user: "me",
    password: "hunter2",
    database: "x",
  });
  const skipped = await check(target, folder);
  assert.ok(skipped.ok);
  assert.match(skipped.steps.at(-1)?.detail ?? "", /^not tried/);
  const written = await check(target, folder, { write: true });
  assert.equal(written.ok, false);
  assert.match(written.steps.at(-1)?.detail ?? "", /target-postgres exited with 1: /);
});

test("check: a tap that can discover is tested with its catalog", async (t) => {
  const api = await serve(t, (_request, response) =>
    response.setHeader("content-type", "application/json").end('[{"id": 1}]'),
  );
  const { ok, steps } = await check(
    tapRestApi({ api_url: api, streams: [{ name: "things", path: "/things" }] }),
    temporaryFolder(t),
  );
  assert.ok(ok, steps.at(-1)?.detail);
  assert.equal(steps.at(-1)?.detail, "found 1 stream, selects things");
});

test("check: a tap without a catalog is stopped after its first message", async (t) => {
  let requests = 0;
  const api = await serve(t, (request, response) => {
    requests += 1;
    const date = (request.url ?? "").split("?")[0]?.slice(1);
    const answer = () =>
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ base: "USD", date, rates: { EUR: 0.9 } }));
    if (requests < 3) answer();
  });
  const { ok, steps } = await check(
    tapExchangeRatesApi({ base_url: api, start_date: "2020-01-01" }),
    temporaryFolder(t),
  );
  assert.ok(ok, steps.at(-1)?.detail);
  assert.equal(steps.at(-1)?.detail, "sent its first message");
});

test("check: the error of a failing tap is shown", async (t) => {
  const { ok, steps } = await check(
    tapExchangeRatesApi({ base_url: "http://127.0.0.1:1" }),
    temporaryFolder(t),
  );
  assert.equal(ok, false);
  assert.match(steps.at(-1)?.detail ?? "", /cannot reach http:\/\/127\.0\.0\.1:1/);
});
