/** Currencies of the sample source, with a plausible rate to the US dollar. */
const USD_RATES: { readonly [currency: string]: number } = {
  AUD: 1.52,
  BRL: 5.4,
  CAD: 1.37,
  CHF: 0.88,
  CNY: 7.2,
  CZK: 23.1,
  DKK: 6.86,
  EUR: 0.92,
  GBP: 0.78,
  HUF: 362,
  INR: 83.4,
  JPY: 151,
  KRW: 1370,
  MXN: 18.1,
  NOK: 10.7,
  NZD: 1.66,
  PLN: 3.95,
  SEK: 10.4,
  SGD: 1.34,
  TRY: 32.5,
  USD: 1,
  ZAR: 18.6,
};

/** Currencies in alphabetical order. */
export const CURRENCIES: readonly string[] = Object.keys(USD_RATES);

/**
 * Sample rate of a day: equal for equal arguments on every machine, and different from day to day.
 *
 * @param date day as `YYYY-MM-DD`
 * @param base base currency
 * @param quote quoted currency
 * @param fixing number of earlier fixings of the day's rate; it changes a little with each
 */
export function rateOf(date: string, base: string, quote: string, fixing = 0): number {
  if (base === quote) return 1;
  return round(
    (dollarRate(date, quote) / dollarRate(date, base)) * (1 + 0.0004 * Math.sin(fixing)),
  );
}

/** A day plus a number of days, both as `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function dollarRate(date: string, currency: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / 86_400_000;
  const phase = [...currency].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const swing =
    currency === "USD" ? 0 : 0.02 * Math.sin(day / 9 + phase) + 0.005 * Math.sin(day * 1.7 + phase);
  return (USD_RATES[currency] ?? 1) * (1 + swing);
}

function round(rate: number): number {
  return Number(rate.toPrecision(6));
}
