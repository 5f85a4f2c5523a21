import type { CalendarSchedule, CronSchedule } from "./cron-parse";
import { zoneOffset } from "./zone";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The next times at which a schedule starts a run, as computed by Argo's controller; fewer than
 * `count` if there are no more within five years.
 *
 * Follows `SpecSchedule.Next` of robfig/cron v3.0.1 step by step, because it decides what happens
 * when clocks change: a time that is skipped in spring has no run on that day, and a time that
 * occurs twice in autumn has two.
 *
 * @param timezone IANA name, such as `Europe/Berlin`.
 * @param after the time to start from, exclusive. `@every` counts from it.
 */
export function nextRuns(
  schedule: CronSchedule,
  timezone: string,
  after: Date,
  count: number,
): readonly Date[] {
  const runs: Date[] = [];
  let time: number | undefined = after.getTime();
  while (runs.length < count) {
    time =
      schedule.kind === "interval"
        ? wholeSecond(time) + schedule.seconds * SECOND
        : nextMatch(schedule, timezone, time);
    if (time === undefined) break;
    runs.push(new Date(time));
  }
  return runs;
}

/**
 * A point in time and the local clock at that time, as a Date whose UTC fields hold the local
 * values.
 */
interface Local {
  readonly time: number;
  readonly clock: Date;
}

function nextMatch(schedule: CalendarSchedule, zone: string, after: number): number | undefined {
  let now = at(wholeSecond(after) + SECOND, zone);
  const lastYear = now.clock.getUTCFullYear() + 5;
  // When a field is advanced, the smaller ones restart at their first value.
  let moved = false;

  search: while (now.clock.getUTCFullYear() <= lastYear) {
    while (!schedule.month.values.has(now.clock.getUTCMonth() + 1)) {
      if (!moved) now = atClock(startOf(now.clock, "month"), zone);
      moved = true;
      now = atClock(addToDate(now.clock, 1, 0), zone);
      if (now.clock.getUTCMonth() === 0) continue search;
    }
    while (!dayMatches(schedule, now.clock)) {
      if (!moved) now = atClock(startOf(now.clock, "day"), zone);
      moved = true;
      const tomorrow = backToMidnight(atClock(addToDate(now.clock, 0, 1), zone), zone);
      // If a zone skipped a whole day (Apia, 30 December 2011), robfig/cron loops forever.
      now = tomorrow.time > now.time ? tomorrow : at(now.time + 24 * HOUR, zone);
      if (now.clock.getUTCDate() === 1) continue search;
    }
    while (!schedule.hour.values.has(now.clock.getUTCHours())) {
      if (!moved) now = atClock(startOf(now.clock, "hour"), zone);
      moved = true;
      now = at(now.time + HOUR, zone);
      if (now.clock.getUTCHours() === 0) continue search;
    }
    while (!schedule.minute.values.has(now.clock.getUTCMinutes())) {
      if (!moved) now = at(Math.floor(now.time / MINUTE) * MINUTE, zone);
      moved = true;
      now = at(now.time + MINUTE, zone);
      if (now.clock.getUTCMinutes() === 0) continue search;
    }
    // Runs start at second 0.
    while (now.clock.getUTCSeconds() !== 0) {
      moved = true;
      now = at(now.time + SECOND, zone);
      if (now.clock.getUTCSeconds() === 0) continue search;
    }
    return now.time;
  }
  return undefined;
}

/**
 * Whether a schedule runs on a day, given by the UTC fields of the date. The month is not checked.
 */
export function dayMatches({ day, weekday }: CalendarSchedule, clock: Date): boolean {
  const dayFits = day.values.has(clock.getUTCDate());
  const weekdayFits = weekday.values.has(clock.getUTCDay());
  return day.star || weekday.star ? dayFits && weekdayFits : dayFits || weekdayFits;
}

/**
 * A day reached across a clock change starts at 23:00 or 1:00; this returns the nearest midnight.
 */
function backToMidnight(now: Local, zone: string): Local {
  const hour = now.clock.getUTCHours();
  if (hour === 0) return now;
  return at(now.time + (hour > 12 ? 24 - hour : -hour) * HOUR, zone);
}

function startOf(clock: Date, unit: "month" | "day" | "hour"): Date {
  const day = unit === "month" ? 1 : clock.getUTCDate();
  return new Date(
    Date.UTC(
      clock.getUTCFullYear(),
      clock.getUTCMonth(),
      day,
      unit === "hour" ? clock.getUTCHours() : 0,
    ),
  );
}

function addToDate(clock: Date, months: number, days: number): Date {
  const moved = new Date(clock);
  moved.setUTCMonth(clock.getUTCMonth() + months, clock.getUTCDate() + days);
  return moved;
}

function wholeSecond(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}

function at(time: number, zone: string): Local {
  return { time, clock: new Date(time + zoneOffset(zone, time)) };
}

/**
 * The time at which clocks show a value, chosen like Go's `time.Date` if they show it twice or
 * never.
 */
function atClock(clock: Date, zone: string): Local {
  const offset = zoneOffset(zone, clock.getTime());
  return at(clock.getTime() - zoneOffset(zone, clock.getTime() - offset), zone);
}
