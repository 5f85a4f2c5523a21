import type ts from "typescript";
import type { ChosenOptions } from "./select-streams";
import { optionTexts, propertyText, valueText } from "./streams-text";

/** The compiler API of a project. */
export type Compiler = typeof ts;

/** A change of a text. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Why an entry cannot be edited. */
export class Computed extends Error {}

/** Removes a property with its comma, and on lines of its own with its comments. */
export function removal(
  compiler: Compiler,
  { text }: ts.SourceFile,
  properties: ts.NodeArray<ts.ObjectLiteralElementLike>,
  index: number,
): Edit {
  const one = properties[index] ?? properties[0];
  if (!one) throw new Computed();
  const start = one.getStart();
  const comma = /^\s*,/.exec(text.slice(one.end))?.[0].length ?? 0;
  const rest = /^[ \t]*(?:\/\/[^\n]*)?\n/.exec(text.slice(one.end + comma));
  if (rest && isFirstOfLine(text, start)) {
    const comments = compiler.getLeadingCommentRanges(text, one.pos) ?? [];
    const first = comments.find(({ pos }) => isFirstOfLine(text, pos))?.pos ?? start;
    return { from: lineStart(text, first), to: one.end + comma + rest[0].length, text: "" };
  }
  const next = properties[index + 1];
  if (next) return { from: start, to: next.getStart(), text: "" };
  return { from: properties[index - 1]?.end ?? start, to: one.end, text: "" };
}

export function additions(
  { text }: ts.SourceFile,
  literal: ts.ObjectLiteralExpression,
  added: readonly (readonly [string, ChosenOptions | "ignore"])[],
): readonly Edit[] {
  const last = literal.properties.at(-1);
  if (last === undefined || added.length === 0) return [];
  const isOneLine = !text.slice(literal.getStart(), literal.end).includes("\n");
  const space = isOneLine ? " " : `\n${indentAt(text, last.getStart())}`;
  const texts = added.map(([name, value]) => space + propertyText(name, value));
  if (!literal.properties.hasTrailingComma)
    return [{ from: last.end, to: last.end, text: texts.map((one) => `,${one}`).join("") }];
  const comma = literal.properties.end;
  const comment = /^[ \t]*\/\/[^\n]*/.exec(text.slice(comma))?.[0].length ?? 0;
  const place = comma + comment;
  return [{ from: place, to: place, text: texts.map((one) => `${one},`).join("") }];
}

export function changedValue(
  compiler: Compiler,
  source: ts.SourceFile,
  value: ts.Expression,
  chosen: ChosenOptions | "ignore",
): readonly Edit[] {
  const whole = { from: value.getStart(source), to: value.end };
  if (chosen === "ignore" || compiler.isStringLiteralLike(value))
    return [{ ...whole, text: valueText(chosen) }];
  if (!compiler.isObjectLiteralExpression(value)) throw new Computed();
  if (value.properties.length === 0) return [{ ...whole, text: valueText(chosen) }];
  const last = value.properties.at(-1);
  return optionTexts(chosen).map(([name, text]) => {
    const existing = property(compiler, value, name);
    if (existing)
      return { from: existing.initializer.getStart(source), to: existing.initializer.end, text };
    return {
      from: last?.end ?? value.end - 1,
      to: last?.end ?? value.end - 1,
      text: `, ${name}: ${text}`,
    };
  });
}

export function property(
  compiler: Compiler,
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.PropertyAssignment | undefined {
  return object.properties.find(
    (one): one is ts.PropertyAssignment =>
      compiler.isPropertyAssignment(one) && nameOf(compiler, one.name) === name,
  );
}

export function nameOf(compiler: Compiler, name: ts.PropertyName): string | undefined {
  return compiler.isIdentifier(name) ||
    compiler.isStringLiteralLike(name) ||
    compiler.isNumericLiteral(name)
    ? name.text
    : undefined;
}

function lineStart(text: string, place: number): number {
  return text.lastIndexOf("\n", place - 1) + 1;
}

function isFirstOfLine(text: string, place: number): boolean {
  return text.slice(lineStart(text, place), place).trim() === "";
}

export function indentAt(text: string, place: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, place), place))?.[0] ?? "";
}

/**
 * Applies edits from the end, so that the places before stay the same; of two at one place, the
 * later one goes last.
 */
export function applied(text: string, edits: readonly Edit[]): string {
  return edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((one, other) => other.from - one.from || other.order - one.order)
    .reduce(
      (result, { from, to, text: put }) => result.slice(0, from) + put + result.slice(to),
      text,
    );
}
