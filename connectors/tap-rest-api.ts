import { tap } from "../src/model/connector";
import { sdkBatches, sdkSettings, type SdkBatches, type SdkSettings } from "./sdk";
import type { Json, JsonObject, SettingType } from "../src/model/connector-settings";

/** What can be said once for all streams and again for one, which wins. */
export interface RestApiRequest {
  /** Path after `api_url`, such as `/v2/rates`. Default: none. */
  readonly path?: string;

  /** Query parameters of each request; those of the stream are added to the general ones. Default: none. */
  readonly params?: { readonly [name: string]: Json };

  /** Headers of each request; those of the stream are added to the general ones. Default: none. */
  readonly headers?: { readonly [name: string]: string };

  /** JSONPath of the records in a response, such as `$.items[*]`. Default: `$[*]`. */
  readonly records_path?: string;

  /** Properties that make a record unique. Default: none. */
  readonly primary_keys?: readonly string[];

  /** Property that grows with every change: a number or a date. A later run goes on from its highest value. Default: none. */
  readonly replication_key?: string;

  /** Objects in a record that stay JSON text instead of becoming columns. Default: none. */
  readonly except_keys?: readonly string[];

  /** Records that the schema is inferred from. Default: 50. */
  readonly num_inference_records?: number;

  /** Query parameter that asks for what is new, such as `from`; with `replication_key` and `start_date`. Default: none. */
  readonly source_search_field?: string;

  /** Value of that parameter; `$last_run_date` stands for the saved value, or `start_date`. @example `"gt$last_run_date"` */
  readonly source_search_query?: string;
}

/** One stream of {@link tapRestApi}. */
export interface RestApiStream extends RestApiRequest {
  /** Name of the stream: of the file or table that it becomes. */
  readonly name: string;

  /** Its JSON schema, or a file that holds it. Default: inferred from a request of its own at the start of each run. */
  readonly schema?: JsonObject | string;

  /** First value of the replication key for this stream. Default: that of all streams. */
  readonly start_date?: string;
}

/** Settings of {@link tapRestApi}. */
export interface TapRestApiSettings extends RestApiRequest, SdkSettings, SdkBatches {
  /** Address that all paths begin with, such as `https://api.frankfurter.dev`. */
  readonly api_url: string;

  /** The streams. Default: none, and a run without one fails as empty. */
  readonly streams?: readonly RestApiStream[];

  /** First value of the replication key where no state is saved, such as `2026-11-16`. Default: none. */
  readonly start_date?: string;

  /** How the tap proves who it is. Default: `no_auth`, which leaves it to `headers`. */
  readonly auth_method?: "no_auth" | "api_key" | "basic" | "bearer_token" | "oauth" | "aws";

  /** Headers of `api_key`. @example `{ "X-API-KEY": secret("shop-key") }` */
  readonly api_keys?: { readonly [header: string]: string };

  /** User of `basic`, and of `oauth` with the grant type `password`. */
  readonly username?: string;

  /** Password of that user: `secret("…")`. */
  readonly password?: string;

  /** Token of `bearer_token`: `secret("…")`. */
  readonly bearer_token?: string;

  /** Application of `oauth`. */
  readonly client_id?: string;

  /** Secret of that application: `secret("…")`. */
  readonly client_secret?: string;

  /** Token of the grant type `refresh_token`: `secret("…")`. */
  readonly refresh_token?: string;

  /** Flow of `oauth`. */
  readonly grant_type?: "client_credentials" | "refresh_token" | "password";

  /** What `oauth` asks access to; several with spaces between. */
  readonly scope?: string;

  /** Where `oauth` gets its token. */
  readonly access_token_url?: string;

  /** Where the authorization server sends a user on to; rarely needed. */
  readonly redirect_uri?: string;

  /** More parameters for the authorization server. @example `{ resource: "https://analysis.windows.net/powerbi/api" }` */
  readonly oauth_extras?: { readonly [name: string]: Json };

  /** Life of a token in seconds. Default: as the authorization server says. */
  readonly oauth_expiration_secs?: number;

  /** Keys, region and service of `aws`, such as `{ aws_region: "us-east-1", aws_service: "es", ... }`. */
  readonly aws_credentials?: { readonly [name: string]: Json };

  /** How the next page is found. Default: `default`, the JSONPath `next_page_token_path`. */
  readonly pagination_request_style?:
    | "default"
    | "jsonpath_paginator"
    | "offset_paginator"
    | "simple_offset_paginator"
    | "page_number_paginator"
    | "header_link_paginator"
    | "simple_header_paginator"
    | "restapi_header_link_paginator"
    | "hateoas_paginator"
    | "single_page_paginator"
    | "style1";

  /** How the next page is asked for. Default: `default`, a page number. */
  readonly pagination_response_style?:
    "default" | "page" | "offset" | "header_link" | "hateoas_body" | "style1";

  /** JSONPath of the next page's token in a response. Default: `$.next_page`. */
  readonly next_page_token_path?: string;

  /** Records of one page. Default: as the API does. */
  readonly pagination_page_size?: number;

  /** Most records of a run; more is an error. Default: no limit. */
  readonly pagination_results_limit?: number;

  /** Query parameter of the page or offset. Default: `page` or `offset`. */
  readonly pagination_next_page_param?: string;

  /** Query parameter of the page's size. Default: `per_page` or `limit`. */
  readonly pagination_limit_per_page_param?: string;

  /** Property of a response that holds the number of all records. Default: `total`. */
  readonly pagination_total_limit_param?: string;

  /** First page or offset. Default: 1. */
  readonly pagination_initial_offset?: number;

  /** JSONPath of the records that `simple_offset_paginator` counts. Default: none. */
  readonly offset_records_jsonpath?: string;

  /** Send parameters in the body instead of the query. Default: false. */
  readonly use_request_body_not_params?: boolean;

  /** Where a refused request learns how long to wait: the response's `message`, or a header. Default: growing waits. */
  readonly backoff_type?: "message" | "header";

  /** Name of that header. Default: `Retry-After`. */
  readonly backoff_param?: string;

  /** Seconds added to what the API asks for. Default: 0. */
  readonly backoff_time_extension?: number;

  /** Add the record as it came in the column `_sdc_raw_json`. Default: false. */
  readonly store_raw_json_message?: boolean;
}

const requestSettings = {
  path: "string",
  params: "json",
  headers: "json",
  records_path: "string",
  primary_keys: "json",
  replication_key: "string",
  except_keys: "json",
  num_inference_records: "number",
  source_search_field: "string",
  source_search_query: "string",
} as const satisfies Record<keyof RestApiRequest, SettingType>;

/**
 * Extracts from any REST API that answers in JSON with tap-rest-api-msdk; schemas are inferred.
 *
 * A later run asks from the saved value on, that value included: rows of the last day come again.
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
  settings: {
    ...sdkSettings,
    ...sdkBatches,
    ...requestSettings,
    api_url: "string",
    streams: "json",
    start_date: "string",
    auth_method: "string",
    api_keys: "json",
    username: "string",
    password: "string",
    bearer_token: "string",
    client_id: "string",
    client_secret: "string",
    refresh_token: "string",
    grant_type: "string",
    scope: "string",
    access_token_url: "string",
    redirect_uri: "string",
    oauth_extras: "json",
    oauth_expiration_secs: "number",
    aws_credentials: "json",
    pagination_request_style: "string",
    pagination_response_style: "string",
    next_page_token_path: "string",
    pagination_page_size: "number",
    pagination_results_limit: "number",
    pagination_next_page_param: "string",
    pagination_limit_per_page_param: "string",
    pagination_total_limit_param: "string",
    pagination_initial_offset: "number",
    offset_records_jsonpath: "string",
    use_request_body_not_params: "boolean",
    backoff_type: "string",
    backoff_param: "string",
    backoff_time_extension: "number",
    store_raw_json_message: "boolean",
  },
  required: ["api_url"],
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
