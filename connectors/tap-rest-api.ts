import { tap } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TapRestApiSettings,
} from "./settings/tap-rest-api-msdk";

export type { TapRestApiSettings };

/** A stream of {@link tapRestApi}. */
export type RestApiStream = NonNullable<TapRestApiSettings["streams"]>[number];

/** Settings that can be given for all streams and for a single stream, which takes precedence. */
export type RestApiRequest = Omit<RestApiStream, "name" | "schema" | "start_date">;

/**
 * Extracts from any REST API that returns JSON with tap-rest-api-msdk. Schemas are inferred.
 *
 * An incremental run requests records from the saved value on, inclusive, so the records of the
 * last day are read again.
 *
 * @example
 * ```ts
 * tapRestApi({
 *   api_url: "https://api.frankfurter.dev",
 *   start_date: "2026-11-16",
 *   streams: [{
 *     name: "exchange_rate", path: "/v2/rates", params: { base: "USD", quotes: "EUR,GBP" }, primary_keys: ["date", "base", "quote"],
 *     replication_key: "date", source_search_field: "from", source_search_query: "$last_run_date",
 *   }],
 * })
 * ```
 */
export const tapRestApi = tap<TapRestApiSettings>({
  name: "tap-rest-api-msdk",
  package: "tap-rest-api-msdk",
  version: "1.4.2",
  settings,
  required,
  settingsSchema,
  location: ["api_url"],
  window: { from: "start_date" },
  limitations: [
    {
      cases: ["decimal_38"],
      outcome: "differs",
      text: "Numbers with a fraction keep 15 to 17 digits. Integers keep all digits.",
    },
    {
      cases: ["json_object", "json_numbers", "json_escape"],
      outcome: "differs",
      text: "The members of an object become separate columns, such as `value_a` for `{ value: { a: 1 } }`. Lists are unchanged.",
    },
    {
      cases: ["column_dot", "column_dash"],
      outcome: "differs",
      text: "A dot or dash in a name becomes `_`.",
    },
  ],
});
