import type { LegacyZone } from "./cron/zone-names";

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6;
type DayName = "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT";
type Day = `${Digit}` | DayName | Lowercase<DayName>;
// Only days of one kind: a union of every pair of days is too large for the compiler to spread an
// entry.
type DayRange =
  `${Digit}-${Digit}` | `${DayName}-${DayName}` | `${Lowercase<DayName>}-${Lowercase<DayName>}`;
type DayField =
  | "*"
  | "?"
  | `*/${number}`
  | Day
  | `${Day}/${number}`
  | DayRange
  | `${DayRange}/${number}`
  | `${Day | DayRange},${string}`;

declare const computed: unique symbol;

/**
 * Cron schedule in the dialect of Argo's CronWorkflow:
 * `minute hour day-of-month month day-of-week`, or `@hourly`, `@daily`, `@midnight`, `@weekly`,
 * `@monthly`, `@yearly`, `@annually`, or `@every 90m`.
 *
 * Days of the week are 0 (Sunday) to 6. Argo does not support `7`, a field for seconds, `L`, `W` or
 * `#`. If both day fields are restricted, a day that matches either is enough, as in cron.
 * `tapctl validate` checks the ranges.
 * Source: the standard parser of robfig/cron v3, which the controller uses.
 *
 * @example `"0 6 * * MON-FRI"`
 */
export type Cron =
  | `${string} ${string} ${string} ${string} ${DayField}`
  | `@${"hourly" | "daily" | "midnight" | "weekly" | "monthly" | "yearly" | "annually"}`
  | `@every ${number}${"s" | "m" | "h"}`
  | ComputedCron;

/** Cron text that was computed; see {@link cron}. */
export type ComputedCron = string & { readonly [computed]: true };

/**
 * Accepts computed cron text, whose shape the compiler cannot check. `tapctl validate` checks it
 * like any other.
 *
 * @example `schedule: cron(`${minute} 6 * * *`)`
 */
export function cron(text: string): ComputedCron {
  return text as ComputedCron;
}

/**
 * Time zone name of the IANA database, such as `Europe/Berlin`. Former names such as `US/Eastern`
 * are accepted and deployed under their current name. Abbreviations such as `CET` are rejected.
 */
export type TimeZone =
  | "UTC"
  | LegacyZone
  | `${"Africa" | "America" | "Antarctica" | "Arctic" | "Asia" | "Atlantic" | "Australia" | "Europe" | "Indian" | "Pacific" | "Etc"}/${string}`;
