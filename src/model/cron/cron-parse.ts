import { plural } from "../../common/plural";
import { FIELD_RANGES, parseField, type CronField } from "./cron-field";
import { didYouMean } from "../validation/nearest";
import { zoneProblem } from "./zone";

/** A parsed cron text. */
export type CronSchedule = CalendarSchedule | IntervalSchedule;

/** Times of the clock and calendar in a time zone. */
export interface CalendarSchedule {
  readonly kind: "calendar";
  /** Minutes, 0 to 59. */
  readonly minute: CronField;
  /** Hours, 0 to 23. */
  readonly hour: CronField;
  /** Days of the month, 1 to 31. */
  readonly day: CronField;
  /** Months, 1 to 12. */
  readonly month: CronField;
  /** Days of the week, 0 (Sunday) to 6. */
  readonly weekday: CronField;
}

/** `@every 90m`: an interval, counted from when the controller first saw the schedule. */
export interface IntervalSchedule {
  readonly kind: "interval";
  /** Seconds between runs, a whole number of at least 1. */
  readonly seconds: number;
}

/** What {@link parseCron} returns. */
export type ParsedCron =
  | { readonly ok: true; readonly schedule: CronSchedule }
  | { readonly ok: false; readonly problem: string };

/** The named schedules. */
export const DESCRIPTORS: { readonly [name: string]: string } = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const UNIT_NANOSECONDS: { readonly [unit: string]: number } = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Cache: a schedule is parsed several times, and many pipelines share one. */
const read = new Map<string, ParsedCron>();

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Parses a cron text in the dialect that Argo runs: `ParseStandard` of robfig/cron v3.0.1,
 * restricted by the pattern of Argo's CronWorkflow definition.
 *
 * Three mistakes that robfig/cron silently accepts with another meaning are refused: an empty item
 * (`1,`), a star in a range (`*-5`) and an `@every` below one second.
 */
export function parseCron(text: string): ParsedCron {
  const parsed = read.get(text) ?? readCron(text);
  read.set(text, parsed);
  return parsed;
}

function readCron(text: string): ParsedCron {
  if (text === "") return refuse("it is empty");
  if (text !== text.trim()) return refuse("it starts or ends with a space");
  const zone = /^(?:CRON_)?TZ=(\S*)/.exec(text);
  if (zone)
    return refuse(
      `TZ= is not supported: write ${zoneProblem(zone[1] ?? "") ? "the field timezone" : `timezone: "${zone[1]}"`}`,
    );
  if (text.startsWith("@every")) return parseEvery(text.slice("@every".length));
  if (text.startsWith("@")) return parseDescriptor(text);
  const fields = text.split(/[ \t]+/);
  if (fields.length !== FIELD_RANGES.length) return refuse(wrongFieldCount(fields.length));
  return parseFields(fields);
}

/** Whether no date ever matches, such as 30 February. */
export function neverFires(schedule: CronSchedule): boolean {
  if (schedule.kind === "interval") return false;
  const { day, weekday, month } = schedule;
  // If neither day field is a star, one of them is enough, and every month has each day of the
  // week.
  if (!day.star && !weekday.star) return false;
  const first = Math.min(...day.values);
  return [...month.values].every((one) => first > (LONGEST_MONTH[one - 1] ?? 0));
}

/** A text that is equal for two schedules if and only if they mean the same times. */
export function cronKey(schedule: CronSchedule): string {
  if (schedule.kind === "interval") return `every ${schedule.seconds}`;
  const { minute, hour, day, month, weekday } = schedule;
  const eitherDay = !day.star && !weekday.star;
  const values = [minute, hour, day, month, weekday].map((field) =>
    [...field.values].sort((a, b) => a - b).join(),
  );
  return `${eitherDay ? "either" : "both"} ${values.join(" ")}`;
}

function parseFields(texts: readonly string[]): ParsedCron {
  const parsed = FIELD_RANGES.map((range, index) => parseField(texts[index] ?? "", range));
  const [minute, hour, day, month, weekday] = parsed;
  if (minute?.ok && hour?.ok && day?.ok && month?.ok && weekday?.ok) {
    return {
      ok: true,
      schedule: {
        kind: "calendar",
        minute: minute.value,
        hour: hour.value,
        day: day.value,
        month: month.value,
        weekday: weekday.value,
      },
    };
  }
  return refuse(parsed.flatMap((field) => (field.ok ? [] : [field.problem])).join("; "));
}

function parseDescriptor(text: string): ParsedCron {
  const fields = Object.hasOwn(DESCRIPTORS, text) ? DESCRIPTORS[text] : undefined;
  if (fields !== undefined) return parseFields(fields.split(" "));
  if (text === "@reboot") return refuse("@reboot is not supported by Argo");
  return refuse(
    `must be ${Object.keys(DESCRIPTORS).join(", ")} or @every${didYouMean(text, [...Object.keys(DESCRIPTORS), "@every"])}`,
  );
}

function parseEvery(rest: string): ParsedCron {
  const text = /^[ \t]+(\S+)$/.exec(rest)?.[1] ?? "";
  const parts = [...text.matchAll(/(\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (text === "" || parts.map((part) => part[0]).join("") !== text)
    return refuse(
      `@every needs whole numbers with h, m and s, such as "@every 1h30m"${everyHint(text)}`,
    );
  const nanoseconds = parts.reduce(
    (sum, part) => sum + Number(part[1]) * (UNIT_NANOSECONDS[part[2] ?? ""] ?? 0),
    0,
  );
  if (nanoseconds < 1e9) return refuse("@every needs 1s or more");
  // Go holds a duration in 63 bits of nanoseconds.
  if (nanoseconds >= 2 ** 63) return refuse("@every must be at most 2562047h");
  return { ok: true, schedule: { kind: "interval", seconds: Math.floor(nanoseconds / 1e9) } };
}

function everyHint(text: string): string {
  const decimal = /^(\d+\.\d+)([hm])$/.exec(text);
  const smaller = Number(decimal?.[1]) * 60;
  if (decimal && Number.isInteger(smaller))
    return `; did you mean "@every ${smaller}${decimal[2] === "h" ? "m" : "s"}"?`;
  const days = /^(\d+)d$/.exec(text);
  return days ? `; did you mean "@every ${Number(days[1]) * 24}h"?` : "";
}

function wrongFieldCount(count: number): string {
  const expected = FIELD_RANGES.map((range) => range.name).join(", ");
  return count === 6
    ? `6 fields instead of 5 (${expected}): seconds are not supported by Argo`
    : `${plural(count, "field")} instead of 5 (${expected})`;
}

function refuse(problem: string): ParsedCron {
  return { ok: false, problem };
}
