import { formatNumber } from "./format-number";

/**
 * A number with its noun.
 *
 * @example `plural(1, "pipeline") === "1 pipeline"`, `plural(1200, "entry", "entries") === "1,200 entries"`
 */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}
