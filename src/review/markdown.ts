/** Longest text of the array that a comment shows, in characters. */
const LONGEST_TEXT = 120;

/**
 * A text of the array or of a connector as Markdown shows it: on one line, cut short, in a code span, where neither
 * HTML nor a mention nor a link has a meaning, and without the invisible characters that turn text around.
 *
 * @example `` code("orders") === "`orders`" ``
 */
export function code(text: string): string {
  const line = shorten(
    text
      .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      .replace(/\p{Cf}/gu, "")
      .trim(),
  );
  if (line === "") return "(empty)";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** A number and its noun: `1 pipeline`, `1,200 pipelines`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

/** Lines with a dash before each. */
export function bullets(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `- ${line}`);
}

/** A box that GitHub sets in colour, with the weight of its kind. */
export function alert(
  kind: "CAUTION" | "WARNING" | "NOTE",
  lines: readonly string[],
): readonly string[] {
  return [`> [!${kind}]`, ...lines.map((line) => `> ${line}`), ""];
}

/** The first of many items as text, and how many more there are. */
export function atMost<Item>(
  items: readonly Item[],
  most: number,
  textOf: (item: Item) => string,
): readonly string[] {
  const shown = items.slice(0, most).map(textOf);
  return items.length <= most
    ? shown
    : [...shown, `and ${(items.length - most).toLocaleString("en-US")} more`];
}

/** By code points, so that no character is cut in two. */
function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_TEXT
    ? text
    : `${characters.slice(0, LONGEST_TEXT - 1).join("")}…`;
}
