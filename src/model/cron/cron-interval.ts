import type { CalendarSchedule, CronSchedule } from "./cron-parse";
import { dayMatches } from "./cron-runs";

const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60 * 1000;
const TWO_YEARS = 2 * 366;
/** Long enough to contain 29 February twice. */
const NINE_YEARS = 9 * 366;
const FIRST_DAY = Date.UTC(2023, 0, 1);

/** Cache of {@link longestDayStep}: many schedules differ only in their times. */
const dayStepsByFields = new Map<string, number>();

/**
 * Longest interval between two runs of a schedule, in seconds, ignoring clock changes. Undefined if
 * it has fewer than two runs in nine years. It depends on the schedule only, not on the current
 * date.
 */
export function longestInterval(schedule: CronSchedule): number | undefined {
  if (schedule.kind === "interval") return schedule.seconds;
  const minutes = [...schedule.hour.values]
    .flatMap((hour) => [...schedule.minute.values].map((minute) => hour * 60 + minute))
    .sort((one, other) => one - other);
  const [first, last] = [minutes[0], minutes.at(-1)];
  const days = longestDayStep(schedule);
  if (first === undefined || last === undefined || days === 0) return undefined;
  const withinDay = longestStep(minutes);
  const overNights = days * DAY_MINUTES - last + first;
  return Math.max(withinDay, overNights) * 60;
}

/** Longest interval between two days with runs, in days; 0 if there are fewer than two. */
function longestDayStep(schedule: CalendarSchedule): number {
  const fields = JSON.stringify(
    [schedule.day, schedule.month, schedule.weekday].map(({ values, star }) => [...values, star]),
  );
  const known = dayStepsByFields.get(fields);
  if (known !== undefined) return known;
  const soon = daysOf(schedule, TWO_YEARS);
  const step = longestStep(soon.length > 2 ? soon : daysOf(schedule, NINE_YEARS));
  dayStepsByFields.set(fields, step);
  return step;
}

function daysOf(schedule: CalendarSchedule, count: number): readonly number[] {
  return Array.from({ length: count }, (_, day) => day).filter((day) => {
    const date = new Date(FIRST_DAY + day * DAY_MS);
    return schedule.month.values.has(date.getUTCMonth() + 1) && dayMatches(schedule, date);
  });
}

function longestStep(sorted: readonly number[]): number {
  return sorted.reduce(
    (longest, value, index) => Math.max(longest, value - (sorted[index - 1] ?? value)),
    0,
  );
}
