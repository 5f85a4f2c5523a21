/** A length of time: whole or decimal number and unit (seconds, minutes, hours, days), such as `90s` or `1.5h`. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

/** Memory or disk in Kubernetes' binary units, such as `512Mi` or `1.5Gi`. */
export type Bytes = `${number}${"Ki" | "Mi" | "Gi" | "Ti"}`;

/** Processor time in cores or thousandths of one, such as `0.5`, `2` or `250m`. */
export type Cpu = number | `${number}` | `${number}m`;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Seconds of a duration; undefined where the text is none, zero or negative.
 *
 * @example `durationSeconds("1.5h") === 5400`
 */
export function durationSeconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const seconds = match ? Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] : 0;
  return seconds > 0 ? seconds : undefined;
}

/** Seconds of a duration that was validated before. */
export function requireSeconds(duration: Duration): number {
  const seconds = durationSeconds(duration);
  if (seconds === undefined) throw new Error(`"${duration}" is not a duration`);
  return seconds;
}
