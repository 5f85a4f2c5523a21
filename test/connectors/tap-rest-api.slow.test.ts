import assert from "node:assert/strict";
import { test } from "node:test";
import { tapRestApi } from "../../connectors";
import { extract, serve } from "./support";

const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"];

test("tap-rest-api-msdk: it extracts records and resumes from the saved value, inclusive", async (t) => {
  const requests: (string | null)[] = [];
  const api = await serve(t, (request, response) => {
    const from = new URL(request.url ?? "/", "http://api").searchParams.get("from");
    requests.push(from);
    const rows = DAYS.filter((date) => date >= (from ?? "")).map((date) => ({
      date,
      base: "USD",
      quote: "EUR",
      rate: 0.9,
    }));
    response.setHeader("content-type", "application/json").end(JSON.stringify(rows));
  });
  const tap = tapRestApi({
    api_url: api,
    start_date: "2026-11-19",
    streams: [
      {
        name: "exchange_rate",
        path: "/v2/rates",
        params: { base: "USD" },
        primary_keys: ["date", "quote"],
        replication_key: "date",
        source_search_field: "from",
        source_search_query: "$last_run_date",
      },
    ],
  });

  const first = await extract(t, tap);
  assert.equal(first.result.code, 0, first.result.error ?? "");
  const records = first.messages
    .filter(({ type }) => type === "RECORD")
    .map(({ record }) => record);
  assert.deepEqual(
    records.map((record) => record?.["date"]),
    ["2026-11-19", "2026-11-20"],
  );
  assert.deepEqual(records[0], { date: "2026-11-19", base: "USD", quote: "EUR", rate: 0.9 });
  const state = first.messages.filter(({ type }) => type === "STATE").at(-1)?.value;
  assert.deepEqual(state, {
    bookmarks: { exchange_rate: { replication_key: "date", replication_key_value: "2026-11-20" } },
  });

  const second = await extract(t, tap, { state });
  assert.deepEqual(
    second.messages.filter(({ type }) => type === "RECORD").map(({ record }) => record?.["date"]),
    ["2026-11-20"],
  );
  assert.deepEqual(
    requests.filter((from) => from !== null),
    ["2026-11-19", "2026-11-20"],
  );
});
