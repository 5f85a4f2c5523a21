import { DEFAULTS } from "./defaults";
import { durationSeconds, type Duration } from "./units";

/** Longest time in which nothing may move; `never` for any. */
export type IdleTimeout = Duration | "never";

/** Seconds of an idle timeout, or of the default; 0 for never. */
export function idleSeconds(value: IdleTimeout = DEFAULTS.idleTimeout): number {
  return value === "never" ? 0 : (durationSeconds(value) ?? 0);
}
