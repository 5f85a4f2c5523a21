import { didYouMean } from "./nearest";

/**
 * Says what is wrong with a value, one text a problem; none where it is right. It takes any value, because the array
 * may come from JavaScript or through a cast.
 *
 * @param at which value it is, such as `retries.limit`.
 */
export type Check = (value: unknown, at: string) => readonly string[];

/** What is wrong with a text, or undefined where it is right: `hour 25 is outside 0-23`. */
export type Rule = (value: string) => string | undefined;

/** A plain object, with any fields. */
export type Fields = { readonly [name: string]: unknown };

/** Whether a value is an object that is no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value is, with its article, for messages that must not show the value itself: `a number`. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value instanceof Promise ? "a promise" : "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

/** A text as messages show it: quoted, on one line, at most 80 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** Text that keeps a rule; without one, any text. */
export function text(rule?: Rule): Check {
  return (value, at) => {
    if (typeof value !== "string") return [`${at} must be text, not ${kindOf(value)}`];
    const problem = rule?.(value);
    return problem === undefined ? [] : [`${at} ${quote(value)}: ${problem}`];
  };
}

/** The rules in turn; the first that is broken speaks. */
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

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  const allowed = words.map((word) => `"${word}"`).join(" or ");
  return (value, at) => {
    if (typeof value !== "string") return [`${at} must be ${allowed}, not ${kindOf(value)}`];
    return words.includes(value)
      ? []
      : [`${at} ${quote(value)}: must be ${allowed}${didYouMean(value, words)}`];
  };
}

/** A list with at least one item, or with none where `empty` allows it; each item is checked as `at[0]`. */
export function list(item: Check, empty: "allowed" | "refused" = "refused"): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return [`${at} must be a list, not ${kindOf(value)}`];
    if (value.length === 0 && empty === "refused") return [`${at}: the list is empty`];
    return Array.from(value as readonly unknown[], (one, index) =>
      item(one, `${at}[${index}]`),
    ).flat();
  };
}

/** An object with these fields and no others. A field that is undefined counts as left out. */
export function record(
  fields: { readonly [name: string]: Check },
  required: readonly string[] = [],
): Check {
  const known = Object.keys(fields);
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
          : [`${path(name)} is not a known field${didYouMean(name, known)}`];
      }),
    ];
  };
}

/** Several checks of the same value. */
export function all(...checks: readonly Check[]): Check {
  return (value, at) => checks.flatMap((check) => check(value, at));
}

/** The texts that stand in a list more than once, each named once. */
export function repeated(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((one, index) => texts.indexOf(one) !== index))];
}
