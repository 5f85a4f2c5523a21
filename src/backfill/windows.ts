import { tapctl } from "../common/command-text";
import type { Window } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import type { Replication } from "../model/replication";

/** Length of a backfill's windows. */
export type Step = "day" | "week" | "month";

/** A part of the history: from its first day, up to the day after its last one. */
export interface Days {
  /** Such as `2026-01-01`. */
  readonly from: string;
  /** Such as `2026-02-01`, which is not part of it. */
  readonly to: string;
}

const DAY_MS = 86_400_000;
/** More windows than this are a slip of the pen. */
const MOST = 5000;

/** A day of a flag. @throws UserError where it is none. */
export function checkDay(flag: string, text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || dayOf(time) !== text)
    throw new UserError(`${flag} ${text}: a day such as 2026-01-31`);
  return text;
}

/**
 * The windows of a backfill in their order: days, weeks from the first day on, or months of the calendar, the first and
 * the last cut to the whole.
 */
export function windowsOf({ from, to }: Days, step: Step): readonly Days[] {
  if (from >= to)
    throw new UserError(
      `--to ${to}: has to be later than --from ${from}; it is the day after the last one`,
    );
  const windows: Days[] = [];
  for (let start = from; start < to;) {
    const end = next(start, step);
    windows.push({ from: start, to: end < to ? end : to });
    if (windows.length > MOST)
      throw new UserError(
        `--from ${from} --to ${to} --by ${step}: that is more than ${MOST} windows; take longer ones`,
      );
    start = end;
  }
  return windows;
}

/** A tap's declaration of its window. @throws UserError, with the reason, where it cannot be given an end. */
export function requireWindow({ name, tap }: Replication): Window & { readonly to: string } {
  const { window } = tap.connector;
  if (window?.to === undefined) {
    const has =
      window === undefined
        ? "no setting is declared that says where it begins or ends"
        : `it has "${window.from}" for where it begins and no setting for where it ends`;
    throw new UserError(
      `"${name}": ${tap.connector.name} cannot read a part of its history: ${has}; declare it with the connector, such as window: { from: "start_date", to: "end_date" }, or read all from a day on: ${tapctl(`run ${name} --from DAY`)}`,
    );
  }
  return { ...window, to: window.to };
}

/** Settings that have a tap read a window. */
export function windowSettings(
  { from, to, end }: Window & { readonly to: string },
  days: Days,
): JsonObject {
  return {
    [from]: days.from,
    [to]: end === "included" ? dayOf(Date.parse(`${days.to}T00:00:00Z`) - DAY_MS) : days.to,
  };
}

function next(day: string, step: Step): string {
  if (step !== "month")
    return dayOf(Date.parse(`${day}T00:00:00Z`) + (step === "day" ? 1 : 7) * DAY_MS);
  const [year = 0, month = 1] = day.split("-").map(Number);
  return dayOf(Date.UTC(year, month, 1));
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
