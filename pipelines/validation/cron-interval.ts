import type { CalendarSchedule, CronSchedule } from "./cron-parse";
import { dayMatches } from "./cron-runs";

const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60 * 1000;
const TWO_YEARS = 2 * 366;
/** Long enough for 29 February to come twice. */
const NINE_YEARS = 9 * 366;
const FIRST_DAY = Date.UTC(2023, 0, 1);

/**
 * Longest time from one run of a schedule to the next, in seconds, by clocks that do not change; undefined where it
 * has fewer than two in nine years. It depends on the schedule alone and not on today.
 */
export function longestInterval(schedule: CronSchedule): number | undefined {
  if (schedule.kind === "interval") return schedule.seconds;
  const minutes = [...schedule.hour.values].flatMap((hour) => [...schedule.minute.values].map((minute) => hour * 60 + minute)).sort((one, other) => one - other);
  const [first, last] = [minutes[0], minutes.at(-1)];
  const soon = daysOf(schedule, TWO_YEARS);
  const days = soon.length > 2 ? soon : daysOf(schedule, NINE_YEARS);
  if (first === undefined || last === undefined || days.length < 2) return undefined;
  const withinDay = longestStep(minutes);
  const overNights = longestStep(days) * DAY_MINUTES - last + first;
  return Math.max(withinDay, overNights) * 60;
}

function daysOf(schedule: CalendarSchedule, count: number): readonly number[] {
  return Array.from({ length: count }, (_, day) => day).filter((day) => {
    const date = new Date(FIRST_DAY + day * DAY_MS);
    return schedule.month.values.has(date.getUTCMonth() + 1) && dayMatches(schedule, date);
  });
}

function longestStep(sorted: readonly number[]): number {
  return sorted.reduce((longest, value, index) => Math.max(longest, value - (sorted[index - 1] ?? value)), 0);
}
