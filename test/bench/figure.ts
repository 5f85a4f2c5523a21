import { loadavg } from "node:os";
import type { Spread } from "./measure";

/** One line of the table. */
export interface Figure {
  /** What was measured, and against what. */
  readonly what: string;
  /** `times` is a ratio of two sides of the same run; seconds and megabytes are absolute. */
  readonly unit: "times" | "s" | "s/GB" | "MB";
  /** The target value; undefined if it is only for comparison. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | undefined;
  /** Median over the rounds, with least and most. */
  readonly measured: Spread;
  /** Absolute medians behind it. */
  readonly detail: string;
  /** Load average of the last minute when it was measured: above the number of cores, other processes interfered. */
  readonly load: number;
}

/** A figure with the current load. */
export function figure(args: Omit<Figure, "load">): Figure {
  return { ...args, load: loadavg()[0] ?? Number.NaN };
}

/** Whether it meets its target. */
export function isMet({ target, measured }: Figure): boolean {
  if (!target) return true;
  return "atMost" in target ? measured.median <= target.atMost : measured.median >= target.atLeast;
}

/** The figures as a Markdown table; those not met are marked. */
export function markdownTable(figures: readonly Figure[]): string {
  const rows = figures.map((each) => [
    each.what,
    numberText(each, each.measured.median) + (isMet(each) ? "" : " **not met**"),
    targetText(each),
    `${numberText(each, each.measured.low)} to ${numberText(each, each.measured.high)}`,
    each.detail,
    each.load.toFixed(1),
  ]);
  const header = ["figure", "measured", "target", "spread", "medians", "load"];
  return [header, header.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

/** Seconds as tables show them. */
export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 3 : 1)} s`;
}

function targetText(each: Figure): string {
  if (!each.target) return "";
  return "atMost" in each.target
    ? `at most ${numberText(each, each.target.atMost)}`
    : `at least ${numberText(each, each.target.atLeast)}`;
}

function numberText({ unit }: Figure, value: number): string {
  switch (unit) {
    case "times":
      return `${value.toFixed(2)} x`;
    case "s":
      return seconds(value);
    case "s/GB":
      return `${value.toFixed(2)} s/GB`;
    case "MB":
      return `${value.toFixed(0)} MB`;
  }
}
