import { tap } from "../src/model/define-connector";
import {
  required,
  settings,
  settingsSchema,
  type TapExchangeRatesApiSettings,
} from "./settings/tap-exchangeratesapi";

export type { TapExchangeRatesApiSettings };

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
  settings,
  required,
  settingsSchema,
  location: ["base_url"],
  window: { from: "start_date", to: "end_date", end: "included" },
  limitations: [{ cases: ["decimal_38"], outcome: "differs", text: "Rates keep 15 to 17 digits." }],
});
