/**
 * A duration: a whole or decimal number and a unit (seconds, minutes, hours, days), such as `90s`
 * or `1.5h`.
 */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

/** Memory or disk size in binary units, such as `512Mi` or `1.5Gi`. */
export type Bytes = `${number}${"Ki" | "Mi" | "Gi" | "Ti"}`;

/** CPU in cores or thousandths of a core, such as `0.5`, `2` or `250m`. */
export type Cpu = number | `${number}` | `${number}m`;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Duration in seconds. Undefined if the text is not a duration or not positive.
 *
 * @example `durationSeconds("1.5h") === 5400`
 */
export function durationSeconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const seconds = match ? Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] : 0;
  return seconds > 0 ? seconds : undefined;
}

/** Duration in seconds, of text that has been validated. */
export function requireSeconds(duration: Duration): number {
  const seconds = durationSeconds(duration);
  if (seconds === undefined) throw new Error(`"${duration}" is not a duration`);
  return seconds;
}
