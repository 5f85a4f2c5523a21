/**
 * Reads and writes JSON without losing digits; see {@link JsonText}. Values of users are parsed
 * only here.
 */
import { applyEdits, format } from "jsonc-parser";
import { JsonText } from "./json-text";

export { JsonText } from "./json-text";

/** A value as {@link stringifyJson} writes it. */
export function toJsonText(value: unknown): JsonText {
  return value instanceof JsonText ? value : JsonText.parse(stringifyJson(value));
}

/**
 * Parses a JSON text. An integer that a number cannot hold becomes a bigint. A decimal becomes the
 * nearest number, so documents in which every digit counts are kept as {@link JsonText}.
 *
 * @throws SyntaxError if it is not JSON, or contains a decimal out of range such as 1e400
 */
export function parseJson(text: string | Uint8Array): unknown {
  return valueOf(JsonText.parse(text));
}

/**
 * Parses JSON for a purpose that does not depend on its numbers: they are rounded, as by
 * `JSON.parse`.
 */
export function roundedValue(json: JsonText): unknown {
  return JSON.parse(json.text);
}

/**
 * Parses an object with `JSON.parse`, except for the named members, which are kept as text. A
 * member that is `null` is null.
 *
 * @returns undefined if the text is not a JSON object
 */
export function parseRecord<Name extends string>(
  text: string | Uint8Array,
  kept: readonly Name[],
):
  ({ readonly [key: string]: unknown } & { readonly [Key in Name]?: JsonText | null }) | undefined {
  let record: JsonText;
  try {
    record = JsonText.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (record.kind !== "object") return undefined;
  const entries = [...record.members].map(
    ([name, value]) =>
      [name, kept.includes(name as Name) ? textOrNull(value) : roundedValue(value)] as const,
  );
  return Object.fromEntries(entries) as ReturnType<typeof parseRecord<Name>>;
}

/**
 * Explains why a text is not JSON, as a suffix such as ` (it holds NaN)`. Empty if the reason
 * cannot be given without quoting the text, which may contain secrets.
 *
 * @returns undefined if it is JSON
 */
export function whyNotJson(text: string | Uint8Array): string | undefined {
  try {
    JsonText.parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const constant = /[:,[]\s*(-?Infinity|NaN)\b/.exec(
      typeof text === "string" ? text : Buffer.from(text).toString("utf8"),
    );
    return constant ? ` (it holds ${constant[1]})` : "";
  }
}

/**
 * Writes a value as JSON, like `JSON.stringify`; a bigint as an integer, a {@link JsonText} byte
 * for byte.
 *
 * @param indent spaces per level. Default: 0, a single line.
 */
export function stringifyJson(value: unknown, indent = 0): string {
  return written(value, indent === 0 ? undefined : "\n", " ".repeat(indent)) ?? "null";
}

/** Formats JSON with one value per line. Only whitespace changes. */
export function formatJson({ text }: JsonText): string {
  return applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: "\n" }));
}

/** Formats JSON on a single line, like `JSON.stringify`. Only whitespace changes. */
export function compactJson(json: JsonText): string {
  if (json.kind === "array") return `[${json.items.map(compactJson).join(",")}]`;
  if (json.kind === "object")
    return `{${[...json.members].map(([name, value]) => `${JSON.stringify(name)}:${compactJson(value)}`).join(",")}}`;
  return json.text;
}

function written(value: unknown, line: string | undefined, step: string): string | undefined {
  if (value instanceof JsonText) return value.text;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = line === undefined ? undefined : line + step;
  const parts = Array.isArray(value)
    ? value.map((item) => written(item, inner, step) ?? "null")
    : Object.entries(value).flatMap(([name, item]) => {
        const text = written(item, inner, step);
        return text === undefined
          ? []
          : [`${JSON.stringify(name)}:${line === undefined ? "" : " "}${text}`];
      });
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return parts.length === 0
    ? open + close
    : `${open}${inner ?? ""}${parts.join(`,${inner ?? ""}`)}${line ?? ""}${close}`;
}

function valueOf(json: JsonText): unknown {
  if (json.kind === "array") return json.items.map(valueOf);
  if (json.kind === "object")
    return Object.fromEntries([...json.members].map(([name, value]) => [name, valueOf(value)]));
  const value = JSON.parse(json.text) as unknown;
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  if (/^-?\d+$/.test(json.text)) return BigInt(json.text);
  if (!Number.isFinite(value)) throw new SyntaxError(`${json.text} is too large for a number`);
  return value;
}

function textOrNull(value: JsonText): JsonText | null {
  return value.kind === "null" ? null : value;
}
