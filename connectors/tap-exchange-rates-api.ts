import { tap } from "../src/model/connector";

/** Settings of {@link tapExchangeRatesApi}. */
export interface TapExchangeRatesApiSettings {
  /**
   * Address of an API that answers `GET <base_url>/2026-11-20?base=USD` with `{ base, date, rates }`, such as
   * `https://api.frankfurter.dev/v1`. The address built into the tap has needed a key since 2021, which the tap cannot
   * send.
   */
  readonly base_url: string;

  /** Currency that the rates are for one unit of. Default: `USD`. */
  readonly base?: string;

  /** First day, such as `2026-11-16`, where no state is saved; one request a day follows. Default: today in UTC. */
  readonly start_date?: string;

  /** Last day, such as `2026-11-30`. Default: today in UTC. */
  readonly end_date?: string;
}

/**
 * Extracts daily exchange rates with tap-exchangeratesapi: one record a day, a column per currency.
 *
 * A run begins with the last day of the run before, which is extracted again. Days for which the API answers with
 * another date (weekends) are left out. A launcher makes the address and the last day settings.
 *
 * @example `tapExchangeRatesApi({ base_url: "https://api.frankfurter.dev/v1", base: "EUR", start_date: "2026-11-16" })`
 */
export const tapExchangeRatesApi = tap<TapExchangeRatesApiSettings>({
  name: "tap-exchangeratesapi",
  package: "tap-exchangeratesapi",
  version: "0.1.1",
  launcher: "tap_exchangeratesapi.py",
  // It pins requests 2.21 of 2018, whose urllib3 does not import on Python 3.12.
  overrides: ["requests>=2.32", "urllib3>=2", "chardet>=5", "idna>=3"],
  settings: { base_url: "string", base: "string", start_date: "string", end_date: "string" },
  required: ["base_url"],
  location: ["base_url"],
  window: { from: "start_date", to: "end_date", end: "included" },
  limitations: [{ cases: ["decimal_38"], outcome: "differs", text: "Rates keep 15 to 17 digits." }],
});
