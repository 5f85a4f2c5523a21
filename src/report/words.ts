import { formatAge } from "../status/status-table";
import type { RunStatus } from "../store/runs/run-summary";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NUMBER = new Intl.NumberFormat("en-US");
const TWO = (value: number) => String(value).padStart(2, "0");

/** A time in UTC, to the minute. @example `25 Nov 06:05` */
export function moment(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? time
    : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${TWO(date.getUTCHours())}:${TWO(date.getUTCMinutes())}`;
}

/** A number with thousands separators. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** A duration. @example `8.2 s`, `14 min`, `3 h` */
export function took(seconds: number | null): string {
  if (seconds === null) return "–";
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatAge(seconds);
}

/** Class of a run's bar and row. */
export function classOf(status: RunStatus): "s" | "f" | "i" | "r" {
  return ({ succeeded: "s", failed: "f", interrupted: "i", running: "r" } as const)[status];
}
