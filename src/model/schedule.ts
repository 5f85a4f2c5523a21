import type { LegacyZone } from "./cron/zone-names";

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6;
type DayName = "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT";
type Day = `${Digit}` | DayName | Lowercase<DayName>;
// Ends of one kind only: with every pair of days the union is so large that the compiler refuses to spread an entry.
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
 * When a pipeline starts, in the dialect of Argo's CronWorkflow: `minute hour day-of-month month day-of-week`, or
 * `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`, or `@every 90m`.
 *
 * Days of the week are 0 (Sunday) to 6; `7`, a field for seconds, `L`, `W` and `#` are not known to Argo. Where both
 * day fields are restricted, either of them is enough, as in cron. Ranges are checked by `tapctl validate`.
 * Source: robfig/cron v3's standard parser, which the controller uses.
 *
 * @example `"0 6 * * MON-FRI"`
 */
export type Cron =
  | `${string} ${string} ${string} ${string} ${DayField}`
  | `@${"hourly" | "daily" | "midnight" | "weekly" | "monthly" | "yearly" | "annually"}`
  | `@every ${number}${"s" | "m" | "h"}`
  | ComputedCron;

/** Cron text that a function made: see {@link cron}. */
export type ComputedCron = string & { readonly [computed]: true };

/**
 * Takes cron text that is computed, where the compiler cannot see its shape; it is validated like any other.
 *
 * @example `schedule: cron(`${minute} 6 * * *`)`
 */
export function cron(text: string): ComputedCron {
  return text as ComputedCron;
}

/**
 * Name of a time zone in the IANA database, such as `Europe/Berlin`; older names such as `US/Eastern` are accepted, and
 * deployed by the name that they have today. Abbreviations such as `CET` are not.
 */
export type TimeZone =
  | "UTC"
  | LegacyZone
  | `${"Africa" | "America" | "Antarctica" | "Arctic" | "Asia" | "Atlantic" | "Australia" | "Europe" | "Indian" | "Pacific" | "Etc"}/${string}`;
