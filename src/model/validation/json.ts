import { isSecretReference } from "../connector-settings";
import { kindOf } from "./checks";

/**
 * Reasons why a value cannot be written as JSON: functions, dates, numbers such as NaN, circular
 * references, and secrets that {@link import("../connector-settings").secret} did not create.
 * Messages do not contain values.
 *
 * @param at what the value is, such as `tap setting "headers"`.
 */
export function jsonProblems(
  value: unknown,
  at: string,
  within: readonly unknown[] = [],
): readonly string[] {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "bigint" ||
    typeof value === "boolean" ||
    isSecretReference(value)
  )
    return [];
  if (typeof value === "number") return numberProblems(value, at);
  if (typeof value !== "object") return [`${at} is ${kindOf(value)}, which JSON cannot hold`];
  if (within.includes(value)) return [`${at} contains itself, which JSON cannot hold`];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) =>
      jsonProblems(item, `${at}[${index}]`, [...within, value]),
    );
  if ("$secret" in value) return [`${at} is a secret that was not created with secret("name")`];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    return [`${at} is not a plain object, which JSON cannot hold\nWrite it as text.`];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .flatMap(([name, field]) => jsonProblems(field, `${at}.${name}`, [...within, value]));
}

/** JavaScript may have rounded an integer beyond 2^53. */
function numberProblems(value: number, at: string): readonly string[] {
  if (!Number.isFinite(value)) return [`${at} is ${value}, which JSON cannot hold`];
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? [
        `${at} is an integer beyond 2^53, which JavaScript rounds\nWrite it as a bigint, such as 1234567890123456789n.`,
      ]
    : [];
}
