import { tap } from "../src/model/define-connector";

/** Settings of {@link tapExchangeRatesApi}. */
export interface TapExchangeRatesApiSettings {
  /**
   * URL of an API that answers `GET <base_url>/2026-11-20?base=USD` with `{ base, date, rates }`,
   * such as `https://api.frankfurter.dev/v1`. The URL that is built into the tap has required a key
   * since 2021, which the tap cannot send.
   */
  readonly base_url: string;

  /** Base currency. Default: `USD`. */
  readonly base?: string;

  /**
   * First day to read if there is no saved state, such as `2026-11-16`. The tap sends one request
   * per day. Default: today in UTC.
   */
  readonly start_date?: string;

  /** Last day to read, such as `2026-11-30`. Default: today in UTC. */
  readonly end_date?: string;
}

/**
 * Extracts daily exchange rates with tap-exchangeratesapi: one record per day, one column per
 * currency.
 *
 * A run starts with the last day of the previous run, which is read again. Days for which the API
 * returns another date (weekends) are skipped. A launcher adds the settings `base_url` and
 * `end_date`.
 *
 * @example
 *   `tapExchangeRatesApi({ base_url: "https://api.frankfurter.dev/v1", base: "EUR", start_date: "2026-11-16" })`
 */
export const tapExchangeRatesApi = tap<TapExchangeRatesApiSettings>({
  name: "tap-exchangeratesapi",
  package: "tap-exchangeratesapi",
  version: "0.1.1",
  launcher: "tap_exchangeratesapi.py",
  // The tap pins requests 2.21 of 2018, whose urllib3 cannot be imported on Python 3.12.
  overrides: ["requests>=2.32", "urllib3>=2", "chardet>=5", "idna>=3"],
  settings: { base_url: "string", base: "string", start_date: "string", end_date: "string" },
  required: ["base_url"],
  location: ["base_url"],
  window: { from: "start_date", to: "end_date", end: "included" },
  limitations: [{ cases: ["decimal_38"], outcome: "differs", text: "Rates keep 15 to 17 digits." }],
});
