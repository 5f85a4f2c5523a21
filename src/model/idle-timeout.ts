import { DEFAULTS } from "./defaults";
import { durationSeconds, type Duration } from "./units";

/** Longest time without activity, or `never`. */
export type IdleTimeout = Duration | "never";

/** Idle timeout in seconds; 0 for `never`. */
export function idleSeconds(value: IdleTimeout = DEFAULTS.idleTimeout): number {
  return value === "never" ? 0 : (durationSeconds(value) ?? 0);
}
