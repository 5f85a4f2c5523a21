import { durationSeconds } from "../units";
import { kindOf, quote, text, type Check, type Rule } from "./checks";

const TEN_YEARS_SECONDS = 3650 * 86_400;

/** Container runtimes refuse less than 6 MiB, as documented for `docker run --memory`. */
const LEAST_BYTES = 6 * 2 ** 20;

const BYTES = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;

const MOST_CORES = 256;

/** A {@link import("../units").Duration} from 1 second to ten years. */
export const duration: Check = text(durationRule);

/** An {@link import("../idle-timeout").IdleTimeout}. */
export const idleTimeout: Check = (value, at) =>
  value === "never" ? [] : duration(value, at).map((problem) => `${problem}; or "never"`);

/** Memory, as in {@link import("../units").Bytes}, from 6Mi to 32Ti. */
export const memory: Check = text(memoryRule);

/** CPU, as in {@link import("../units").Cpu}: Kubernetes counts in thousandths of a core. */
export const cpu: Check = (value, at) => {
  if (typeof value !== "number" && typeof value !== "string")
    return [`${at} must be a number of cores, such as 0.5 or "250m", not ${kindOf(value)}`];
  const problem = cpuProblem(value);
  return problem === undefined
    ? []
    : [`${at} ${typeof value === "string" ? quote(value) : value}: ${problem}`];
};

/** CPU in thousandths of a core; undefined if the value is invalid. */
export function milliCores(value: unknown): number | undefined {
  if (typeof value === "number")
    return Number.isFinite(value) ? Math.round(value * 1000 * 1e6) / 1e6 : undefined;
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)(m?)$/.exec(value) : null;
  return match
    ? Math.round(Number(match[1]) * (match[2] === "m" ? 1 : 1000) * 1e6) / 1e6
    : undefined;
}

function durationRule(value: string): ReturnType<Rule> {
  const seconds = durationSeconds(value);
  if (seconds === undefined)
    return `must be a positive number with a unit of s, m, h or d, such as "90m" or "1.5h"`;
  if (seconds < 1) return "must be 1 second or more";
  return seconds > TEN_YEARS_SECONDS ? "must be ten years (3650d) or less" : undefined;
}

/** Size in bytes; undefined if the value is invalid. */
export function bytesOf(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)([KMGT]i)$/.exec(value) : null;
  return match ? Number(match[1]) * BYTES[match[2] as keyof typeof BYTES] : undefined;
}

function memoryRule(value: string): ReturnType<Rule> {
  const bytes = bytesOf(value);
  if (bytes === undefined) {
    const decimal = /^(\d+(?:\.\d+)?) ?([kKMGT])i?[bB]?$/.exec(value);
    const hint = decimal
      ? `; did you mean "${decimal[1]}${(decimal[2] ?? "").toUpperCase()}i"?`
      : "";
    return `must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"${hint}`;
  }
  if (bytes < LEAST_BYTES) return "must be 6Mi or more, or no container can start";
  return bytes > 32 * BYTES.Ti ? "must be 32Ti or less" : undefined;
}

function cpuProblem(value: number | string): string | undefined {
  const milli = milliCores(value);
  if (milli === undefined)
    return `must be a number of cores or millicores, such as 0.5, "2" or "250m"`;
  if (milli < 1) return "must be 0.001 cores (1m) or more";
  if (!Number.isInteger(milli)) return "must be whole millicores, the smallest unit of Kubernetes";
  if (milli <= MOST_CORES * 1000) return undefined;
  return `must be ${MOST_CORES} cores or less${typeof value === "number" ? `; did you mean "${value}m"?` : ""}`;
}
