/** Value of a variable in `.env`, or why its line is ambiguous. */
export type EnvValue = { readonly value: string } | { readonly problem: string };

const NAME = /[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:(?=[ \t]))[ \t]*/y;
const QUOTED = /(['"`])((?:\\\1|(?!\1)[^])*)\1[ \t]*(?:#.*)?$/my;
const ESCAPES: { readonly [escape: string]: string } = { n: "\n", r: "\r" };

/**
 * Parses a `.env` file. Values are literal: a password keeps its `$`, quotes and backslashes, and
 * `#` without spaces around it. A `#` with spaces on both sides starts a comment; with a space on
 * one side only, the line is ambiguous.
 *
 * Quoted values may span several lines. In double quotes, `\n`, `\r`, `\"` and `\\` are escapes; in
 * other quotes, only the quote itself. The package dotenv is not used, because it cuts values at
 * each `#` (motdotla/dotenv#633).
 */
export function parseEnvFile(text: string): ReadonlyMap<string, EnvValue> {
  const content = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const found = new Map<string, EnvValue>();
  for (let at = 0; at < content.length;) {
    const [assignment = "", name] = matchAt(NAME, content, at) ?? [];
    const start = at + assignment.length;
    const [whole, quote = "", inside = ""] =
      (name !== undefined && matchAt(QUOTED, content, start)) || [];
    const end = whole === undefined ? endOfLine(content, start) : start + whole.length;
    if (name !== undefined) {
      const value =
        whole === undefined
          ? unquoted(content.slice(start, end), assignment, content.slice(end + 1))
          : { value: unescaped(quote, inside) };
      found.set(
        name,
        "value" in value
          ? value
          : { problem: `line ${content.slice(0, at).split("\n").length}: ${value.problem}` },
      );
    }
    at = end + 1;
  }
  return found;
}

/** @param before text before the value in its line. @param after lines below it. */
function unquoted(text: string, before: string, after: string): EnvValue {
  // The surrounding quotes are removed, and the same quotes inside are unescaped.
  const [, quote = "", inside] = /^(['"`])(.*)\1[ \t]*$/.exec(text) ?? [];
  if (inside !== undefined) return { value: unescaped(quote, inside) };
  for (const { 0: hashes, index } of text.matchAll(/#+/g)) {
    const spaceBefore = /[ \t]$/.test(before + text.slice(0, index));
    const rest = text.slice(index + hashes.length);
    const spaceAfter = rest === "" ? spaceBefore : /^[ \t]/.test(rest);
    if (spaceBefore && spaceAfter) return { value: text.slice(0, index).trim() };
    if (spaceBefore || spaceAfter)
      return {
        problem:
          '"#" can be part of the value or begin a comment: put quotes around the value, or spaces around "#"',
      };
  }
  if (/^['"`]/.test(text) && continuesQuote(after)) return { problem: "the quote is not closed" };
  return { value: text.trim() };
}

/** Whether the first of these lines continues a quoted value from above. */
function continuesQuote(lines: string): boolean {
  const line = lines.slice(0, endOfLine(lines, 0)).trim();
  return line !== "" && !line.startsWith("#") && !matchAt(NAME, line, 0);
}

function unescaped(quote: string, text: string): string {
  if (quote !== '"') return text.replaceAll(`\\${quote}`, quote);
  return text.replace(/\\([nr"\\])/g, (_, escape: string) => ESCAPES[escape] ?? escape);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
