import { didYouMean } from "./nearest";

/**
 * Validates a value and returns one text for each problem, with the fix on a second line unless the
 * problem shows what is allowed. Accepts any value, because the array may
 * come from JavaScript or through a cast.
 *
 * @param at path of the value, such as `retries.limit`.
 */
export type Check = (value: unknown, at: string) => readonly string[];

/** Validates a text: returns the problem, such as `hour 25 is outside 0-23`, or undefined. */
export type Rule = (value: string) => string | undefined;

/** A plain object with any fields. */
export type Fields = { readonly [name: string]: unknown };

/** Whether a value is an object and not a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Kind of a value with its article, such as `a number`, for messages that must not contain the
 * value itself.
 */
export function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value instanceof Promise ? "a promise" : "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

/** Quotes a text for a message: on one line, at most 80 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** Text that follows a rule; any text without one. */
export function text(rule?: Rule): Check {
  return (value, at) => {
    if (typeof value !== "string") return [`${at} must be text, not ${kindOf(value)}`];
    const problem = rule?.(value);
    return problem === undefined ? [] : [`${at} ${quote(value)}: ${problem}`];
  };
}

/** Applies rules in order; returns the first problem. */
export function rules(...all: readonly Rule[]): Rule {
  return (value) => {
    for (const rule of all) {
      const problem = rule(value);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** `true` or `false`. */
export const flag: Check = (value, at) =>
  typeof value === "boolean" ? [] : [`${at} must be true or false, not ${kindOf(value)}`];

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return (value, at) => {
    if (typeof value !== "number")
      return [`${at} must be a whole number ${range}, not ${kindOf(value)}`];
    return Number.isInteger(value) && value >= min && value <= max
      ? []
      : [`${at} ${value}: must be a whole number ${range}`];
  };
}

/** One of a set of words. */
export function oneOf(...words: readonly string[]): Check {
  const allowed = words.map((word) => `"${word}"`).join(" or ");
  return (value, at) => {
    if (typeof value !== "string") return [`${at} must be ${allowed}, not ${kindOf(value)}`];
    return words.includes(value)
      ? []
      : [`${at} ${quote(value)}: must be ${allowed}${didYouMean(value, words)}`];
  };
}

/** A list, not empty unless `empty` allows it; items are reported as `at[0]`. */
export function list(item: Check, empty: "allowed" | "refused" = "refused"): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return [`${at} must be a list, not ${kindOf(value)}`];
    if (value.length === 0 && empty === "refused") return [`${at}: the list is empty`];
    return Array.from(value as readonly unknown[], (one, index) =>
      item(one, `${at}[${index}]`),
    ).flat();
  };
}

/**
 * An object with only these fields. An undefined field counts as absent.
 *
 * @param aliases fields that other names are likely meant to be.
 */
export function record(
  fields: { readonly [name: string]: Check },
  required: readonly string[] = [],
  aliases: { readonly [name: string]: string } = {},
): Check {
  const known = Object.keys(fields);
  const hint = (name: string) => {
    const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    return alias === undefined ? didYouMean(name, known) : `; did you mean "${alias}"?`;
  };
  return (value, at) => {
    if (!isFields(value)) return [`${at || "it"} must be an object, not ${kindOf(value)}`];
    const path = (name: string) => (at === "" ? name : `${at}.${name}`);
    const given = Object.keys(value).filter((name) => value[name] !== undefined);
    return [
      ...required.filter((name) => !given.includes(name)).map((name) => `${path(name)} is missing`),
      ...given.flatMap((name) => {
        const check = known.includes(name) ? fields[name] : undefined;
        return check
          ? check(value[name], path(name))
          : [`${path(name)} is not a known field${hint(name)}`];
      }),
    ];
  };
}

/** Applies several checks to the same value. */
export function all(...checks: readonly Check[]): Check {
  return (value, at) => checks.flatMap((check) => check(value, at));
}

/** Texts that occur more than once in a list, each listed once. */
export function repeated(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((one, index) => texts.indexOf(one) !== index))];
}
