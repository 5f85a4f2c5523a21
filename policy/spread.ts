import { DESCRIPTORS, type CalendarSchedule } from "../src/model/cron/cron";

const HOUR_MINUTES = 60;

/**
 * A cron text whose minutes are moved, as often and in the same hours as before: by 0.2 `0 6 * * *` becomes
 * `12 6 * * *`, and every fifteen minutes become minutes 3, 18, 33 and 48.
 *
 * @param share which part of the pause from one minute to the next it is moved by: 0 to 1.
 * @returns undefined where its minutes stay as they are, or have no even step, so that no other ones would be as good.
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
