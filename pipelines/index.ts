import {
  definePipelines,
  tapExchangeRatesApi,
  tapPostgres,
  tapRestApi,
  targetCsv,
  targetCsvClassic,
  targetJsonl,
} from "tapctl";

/**
 * The pipelines of this project. Add yours here; `npx tapctl validate` checks them and
 * `npx tapctl run NAME` runs one.
 */
export const pipelines = definePipelines([
  {
    name: "exchange-rates",
    description: "Daily exchange rates of the US dollar, as CSV files",
    schedule: "0 6 * * *",
    timezone: "Europe/Berlin",
    tap: tapRestApi({
      api_url: "https://api.frankfurter.dev",
      start_date: "2026-11-02",
      streams: [
        {
          name: "exchange_rate",
          path: "/v2/rates",
          params: { base: "USD", quotes: "EUR,GBP,JPY" },
          primary_keys: ["date", "base", "quote"],
          replication_key: "date",
          source_search_field: "from",
          source_search_query: "$last_run_date",
        },
      ],
    }),
    target: targetCsv({
      file_naming_scheme: "{stream_name}-{timestamp}.csv",
      batch_size_rows: 10_000,
    }),
  },
  {
    name: "exchange-rates-classic",
    description:
      "The same rates by the first tap and target that Singer published, a column for each currency",
    schedule: "30 6 * * MON-FRI",
    timezone: "Europe/Berlin",
    tap: tapExchangeRatesApi({
      base_url: "https://api.frankfurter.dev/v1",
      base: "USD",
      start_date: "2026-11-02",
    }),
    target: targetCsvClassic({ delimiter: "," }),
  },
  {
    name: "shop-orders",
    description:
      "Orders of a shop's PostgreSQL database, as JSON lines; tried with `npm run demo:postgres`",
    schedule: "*/15 * * * *",
    suspend: true,
    tap: tapPostgres({ host: "localhost", port: 5432, user: "shop", database: "shop" }),
    streams: [
      { stream: "public-orders", replicationMethod: "INCREMENTAL", replicationKey: "updated_at" },
    ],
    target: targetJsonl({}),
  },
]);
