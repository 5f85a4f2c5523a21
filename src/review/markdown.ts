import { formatNumber } from "../common/format-number";

/** Maximum length of a string from the array in a comment, in characters. */
const LONGEST_TEXT = 120;

/**
 * Formats a string from the array or a connector as a Markdown code span: on one line, truncated,
 * without invisible characters that change the text direction. Code spans contain no HTML, mentions
 * or links.
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

/** Formats lines as a list. */
export function bullets(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `- ${line}`);
}

/** A GitHub alert box. */
export function alert(
  kind: "CAUTION" | "WARNING" | "NOTE",
  lines: readonly string[],
): readonly string[] {
  return [`> [!${kind}]`, ...lines.map((line) => `> ${line}`), ""];
}

/** The first items as text, and the number of omitted ones. */
export function atMost<Item>(
  items: readonly Item[],
  most: number,
  textOf: (item: Item) => string,
): readonly string[] {
  const shown = items.slice(0, most).map(textOf);
  return items.length <= most ? shown : [...shown, `and ${formatNumber(items.length - most)} more`];
}

/** Truncates by code points, so that no character is split. */
function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_TEXT
    ? text
    : `${characters.slice(0, LONGEST_TEXT - 1).join("")}…`;
}
