import { tap } from "../src/model/connector";
import { sdkBatches, sdkSettings, type SdkBatches, type SdkSettings } from "./sdk";
import type { Json, JsonObject, SettingType } from "../src/model/connector-settings";

/** Settings that can be given for all streams and for a single stream, which takes precedence. */
export interface RestApiRequest {
  /** Path that is appended to `api_url`, such as `/v2/rates`. Default: none. */
  readonly path?: string;

  /**
   * Query parameters of each request. Those of the stream are added to those of all streams.
   * Default: none.
   */
  readonly params?: { readonly [name: string]: Json };

  /**
   * Headers of each request. Those of the stream are added to those of all streams. Default: none.
   */
  readonly headers?: { readonly [name: string]: string };

  /** JSONPath of the records in a response, such as `$.items[*]`. Default: `$[*]`. */
  readonly records_path?: string;

  /** Properties that identify a record. Default: none. */
  readonly primary_keys?: readonly string[];

  /**
   * Property that increases with every change: a number or a date. The next run resumes from its
   * highest value. Default: none.
   */
  readonly replication_key?: string;

  /** Objects in a record that are kept as JSON text instead of becoming columns. Default: none. */
  readonly except_keys?: readonly string[];

  /** Number of records from which the schema is inferred. Default: 50. */
  readonly num_inference_records?: number;

  /**
   * Query parameter that requests only new records, such as `from`. Requires `replication_key` and
   * `start_date`. Default: none.
   */
  readonly source_search_field?: string;

  /**
   * Value of `source_search_field`. `$last_run_date` is replaced with the saved value, or with
   * `start_date`. @example `"gt$last_run_date"`
   */
  readonly source_search_query?: string;
}

/** A stream of {@link tapRestApi}. */
export interface RestApiStream extends RestApiRequest {
  /** Name of the stream, and of the file or table it is loaded into. */
  readonly name: string;

  /**
   * JSON schema of the stream, or a file that contains it. Default: inferred at the start of each
   * run, from an additional request.
   */
  readonly schema?: JsonObject | string;

  /** First value of the replication key for this stream. Default: the value for all streams. */
  readonly start_date?: string;
}

/** Settings of {@link tapRestApi}. */
export interface TapRestApiSettings extends RestApiRequest, SdkSettings, SdkBatches {
  /** Base URL of all requests, such as `https://api.frankfurter.dev`. */
  readonly api_url: string;

  /** Streams to extract. Default: none; a run without streams fails as empty. */
  readonly streams?: readonly RestApiStream[];

  /**
   * First value of the replication key if there is no saved state, such as `2026-11-16`. Default:
   * none.
   */
  readonly start_date?: string;

  /** Authentication method. Default: `no_auth`, which sends only `headers`. */
  readonly auth_method?: "no_auth" | "api_key" | "basic" | "bearer_token" | "oauth" | "aws";

  /** Headers for `api_key`. @example `{ "X-API-KEY": secret("shop-key") }` */
  readonly api_keys?: { readonly [header: string]: string };

  /** User for `basic`, and for `oauth` with the grant type `password`. */
  readonly username?: string;

  /** Password of that user, as `secret("…")`. */
  readonly password?: string;

  /** Token for `bearer_token`, as `secret("…")`. */
  readonly bearer_token?: string;

  /** Client id for `oauth`. */
  readonly client_id?: string;

  /** Client secret for `oauth`, as `secret("…")`. */
  readonly client_secret?: string;

  /** Token for the grant type `refresh_token`, as `secret("…")`. */
  readonly refresh_token?: string;

  /** Grant type of `oauth`. */
  readonly grant_type?: "client_credentials" | "refresh_token" | "password";

  /** Scopes that `oauth` requests, separated by spaces. */
  readonly scope?: string;

  /** Token URL of `oauth`. */
  readonly access_token_url?: string;

  /** Redirect URL of `oauth`; rarely needed. */
  readonly redirect_uri?: string;

  /**
   * Additional parameters of the token request. @example
   * `{ resource: "https://analysis.windows.net/powerbi/api" }`
   */
  readonly oauth_extras?: { readonly [name: string]: Json };

  /** Lifetime of a token in seconds. Default: set by the authorization server. */
  readonly oauth_expiration_secs?: number;

  /**
   * Keys, region and service for `aws`, such as
   * `{ aws_region: "us-east-1", aws_service: "es", ... }`.
   */
  readonly aws_credentials?: { readonly [name: string]: Json };

  /**
   * How the next page is found in a response. Default: `default`, the JSONPath
   * `next_page_token_path`.
   */
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

  /** How the next page is requested. Default: `default`, a page number. */
  readonly pagination_response_style?:
    "default" | "page" | "offset" | "header_link" | "hateoas_body" | "style1";

  /** JSONPath of the token of the next page in a response. Default: `$.next_page`. */
  readonly next_page_token_path?: string;

  /** Records per page. Default: set by the API. */
  readonly pagination_page_size?: number;

  /** Maximum number of records of a run; more records fail the run. Default: no limit. */
  readonly pagination_results_limit?: number;

  /** Query parameter for the page or offset. Default: `page` or `offset`. */
  readonly pagination_next_page_param?: string;

  /** Query parameter for the page size. Default: `per_page` or `limit`. */
  readonly pagination_limit_per_page_param?: string;

  /** Property of a response with the total number of records. Default: `total`. */
  readonly pagination_total_limit_param?: string;

  /** First page or offset. Default: 1. */
  readonly pagination_initial_offset?: number;

  /** JSONPath of the records that `simple_offset_paginator` counts. Default: none. */
  readonly offset_records_jsonpath?: string;

  /** Sends parameters in the request body instead of the query. Default: false. */
  readonly use_request_body_not_params?: boolean;

  /**
   * Where a rejected request specifies how long to wait: in the `message` of the response, or in a
   * header. Default: exponential backoff.
   */
  readonly backoff_type?: "message" | "header";

  /** Name of that header. Default: `Retry-After`. */
  readonly backoff_param?: string;

  /** Seconds to add to the requested wait. Default: 0. */
  readonly backoff_time_extension?: number;

  /** Adds the original record as the column `_sdc_raw_json`. Default: false. */
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
