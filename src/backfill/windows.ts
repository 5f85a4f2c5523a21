import type { Window } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import type { Replication } from "../model/replication";

/** Length of a backfill's windows. */
export type Step = "day" | "week" | "month";

/** A part of the history, from its first day to the day after its last one. */
export interface Days {
  /** Inclusive, e.g. `2026-01-01`. */
  readonly from: string;
  /** Exclusive, e.g. `2026-02-01`. */
  readonly to: string;
}

const DAY_MS = 86_400_000;
/** More windows than this are probably a typo. */
const MOST = 5000;

/** Validates the day of a flag. @throws UserError if it is not a date. */
export function checkDay(flag: string, text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || dayOf(time) !== text)
    throw new UserError(`Invalid value for ${flag}: "${text}".`, {
      fix: "Use a date such as 2026-01-31.",
    });
  return text;
}

/**
 * The windows of a backfill in order: days, weeks starting at the first day, or calendar months.
 * The first and last window are cut to the range.
 */
export function windowsOf({ from, to }: Days, step: Step): readonly Days[] {
  if (from >= to)
    throw new UserError(`--to ${to} is not later than --from ${from}.`, {
      fix: "Set --to to the day after the last one.",
    });
  const windows: Days[] = [];
  for (let start = from; start < to;) {
    const end = next(start, step);
    windows.push({ from: start, to: end < to ? end : to });
    if (windows.length > MOST)
      throw new UserError(
        `--from ${from} --to ${to} --by ${step} gives more than ${MOST} windows.`,
        { fix: "Use longer windows." },
      );
    start = end;
  }
  return windows;
}

/** A tap's window declaration. @throws UserError if its end cannot be set. */
export function requireWindow({ name, tap }: Replication): Window & { readonly to: string } {
  const { window } = tap.connector;
  if (window?.to === undefined) {
    const has =
      window === undefined
        ? "it declares no setting for the start or end"
        : `it declares "${window.from}" for the start but no setting for the end`;
    throw new UserError(
      `"${name}": ${tap.connector.name} cannot read part of its history: ${has}.`,
      {
        fix: ({ tapctl }) =>
          `Add a window to the connector, e.g. window: { from: "start_date", to: "end_date" }, or replicate everything from a day on: ${tapctl(`run ${name} --from DAY`)}`,
      },
    );
  }
  return { ...window, to: window.to };
}

/** Tap settings for a window. */
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
