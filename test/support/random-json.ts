import { random } from "./random";

const NUMBERS = [
  "0",
  "-0",
  "1",
  "1.0",
  "1.10",
  "1E5",
  "1e+5",
  "-2.50e-7",
  "9007199254740993",
  "-1234567890123456789",
  "0.1234567890123456789",
  "1e400",
  "123456789012345678901234567890123456789012345678901234567890",
  "5e-324",
];
const STRINGS = [
  '""',
  '"a"',
  '"é"',
  '"\\u00e9"',
  '"\\ud800"',
  '"\\udc00x"',
  '"😀"',
  '"\\ud83d\\ude00"',
  '"\\u0000\\n\\t\\\\\\"\\/"',
  '"2026-11-20T08:00:00Z"',
  '"\u2028"',
  '"{\\"a\\": NaN}"',
];
const NAMES = [
  '"a"',
  '"10"',
  '"2"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '""',
  '"a.b"',
  '"\\u0061\\u0062"',
  '"é"',
  '"\\"\\\\"',
  '"bookmarks"',
  '"value"',
  '"state"',
  '"version"',
  '"length"',
  '"NaN"',
];

/**
 * The text of a JSON object, on one line: numbers, names and spaces of every kind, nested deeply at
 * times; the same for the same seed.
 */
export function randomJson(seed: number): string {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const space = () => pick(["", "", " ", "  ", "\t"]);
  const scalar = () =>
    next() < 0.5 ? pick(NUMBERS) : next() < 0.8 ? pick(STRINGS) : pick(["true", "false", "null"]);
  const list = (open: string, close: string, item: () => string): string => {
    const items = Array.from(
      { length: Math.floor(next() * 4) },
      () => `${space()}${item()}${space()}`,
    );
    return `${open}${items.join(",")}${close}`;
  };
  const value = (depth: number): string =>
    depth === 0 || next() < 0.4
      ? scalar()
      : next() < 0.6
        ? object(depth - 1)
        : list("[", "]", () => value(depth - 1));
  const object = (depth: number): string =>
    list("{", "}", () => `${pick(NAMES)}${space()}:${space()}${value(depth)}`);
  return seed % 50 === 0
    ? `{"deep":${"[".repeat(200)}${pick(NUMBERS)}${"]".repeat(200)}}`
    : object(5);
}
