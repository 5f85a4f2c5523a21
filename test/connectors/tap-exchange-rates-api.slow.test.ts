import assert from "node:assert/strict";
import { test } from "node:test";
import { tapExchangeRatesApi } from "../../connectors";
import { extract, serve } from "./support";

const DAY = 86_400_000;

/** The date a number of days ago: the tap always reads up to today. */
function day(ago: number): string {
  return new Date(Date.now() - ago * DAY).toISOString().slice(0, 10);
}

test("tap-exchangeratesapi: it reads from the configured address and resumes from the last day", async (t) => {
  const requests: string[] = [];
  const api = await serve(t, (request, response) => {
    const url = new URL(request.url ?? "/", "http://api");
    requests.push(`${url.pathname} ${url.searchParams.get("base")}`);
    const date = url.pathname.split("/").at(-1);
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ base: "EUR", date, rates: { USD: 1.09 } }));
  });
  const start = day(2);
  const tap = tapExchangeRatesApi({ base_url: `${api}/v1`, base: "EUR", start_date: start });

  const first = await extract(t, tap);
  assert.equal(first.result.code, 0, first.result.error ?? "");
  assert.equal(requests[0], `/v1/${start} EUR`);
  const records = first.messages
    .filter(({ type }) => type === "RECORD")
    .map(({ record }) => record);
  assert.deepEqual(records[0], { date: `${start}T00:00:00Z`, EUR: 1, USD: 1.09 });
  const schema = first.messages.find(({ type }) => type === "SCHEMA")?.schema;
  assert.deepEqual(
    Object.keys(schema?.properties ?? {}).sort(),
    ["EUR", "USD", "date"],
    "the base is in the schema although the server does not list it",
  );

  const state = first.messages.find(({ type }) => type === "STATE")?.value as {
    readonly start_date: string;
  };
  requests.length = 0;
  const second = await extract(t, tap, { state });
  assert.equal(second.result.code, 0, second.result.error ?? "");
  assert.equal(requests[0], `/v1/${state.start_date} EUR`);
});

test("tap-exchangeratesapi: an unreachable server is one line", async (t) => {
  const { result } = await extract(
    t,
    tapExchangeRatesApi({ base_url: "http://127.0.0.1:1", start_date: day(0) }),
  );
  assert.equal(result.code, 10);
  assert.match(result.error ?? "", /cannot reach http:\/\/127\.0\.0\.1:1\//);
});

test("tap-exchangeratesapi: it ends with the configured day", async (t) => {
  const requests: string[] = [];
  const api = await serve(t, (request, response) => {
    const date = new URL(request.url ?? "/", "http://api").pathname.split("/").at(-1) ?? "";
    requests.push(date);
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ base: "USD", date, rates: { EUR: 0.9 } }));
  });
  const { result } = await extract(
    t,
    tapExchangeRatesApi({
      base_url: `${api}/v1`,
      start_date: "2026-01-30",
      end_date: "2026-02-01",
    }),
  );
  assert.equal(result.code, 0, result.error ?? "");
  assert.deepEqual(requests, ["2026-01-30", "2026-01-31", "2026-02-01"]);
});
