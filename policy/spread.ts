import { DESCRIPTORS, type CalendarSchedule } from "../src/model/cron/cron";

const HOUR_MINUTES = 60;

/**
 * Moves the minutes of a cron expression, which keeps its hours and frequency: with a share of 0.2, `0 6 * * *` becomes
 * `12 6 * * *`, and every fifteen minutes become minutes 3, 18, 33 and 48.
 *
 * @param share part of the interval between two minutes to move by, from 0 to 1.
 * @returns undefined if the minutes would not change or are not evenly spaced.
 */
export function shifted(
  { minute }: CalendarSchedule,
  cron: string,
  share: number,
): string | undefined {
  const values = [...minute.values].sort((one, other) => one - other);
  const step = HOUR_MINUTES / values.length;
  const [first = 0] = values;
  if (first >= step && values.length > 1) return undefined;
  if (!values.every((value, index) => value === first + index * step)) return undefined;
  const [, ...rest] = (DESCRIPTORS[cron] ?? cron).split(/[ \t]+/);
  const moved = (first + Math.floor(share * step)) % step;
  if (moved === first) return undefined;
  return [step === HOUR_MINUTES ? String(moved) : `${moved}-59/${step}`, ...rest].join(" ");
}
