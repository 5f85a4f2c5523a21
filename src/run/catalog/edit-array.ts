import type ts from "typescript";
import { optionTexts, propertyText, streamsText, valueText } from "./streams-text";
import type { ChosenOptions, StreamEdits } from "./select-streams";

/** The compiler API of a project. */
export type Compiler = typeof ts;

/** Where the entry of a pipeline is in a source file. */
export interface FoundEntry {
  readonly source: ts.SourceFile;
  readonly entry: ts.ObjectLiteralExpression;
}

/** A change of a text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Why an entry cannot be edited. */
export class Computed extends Error {}

/** The object literals that define a pipeline: with its name and a tap or a schedule of their own. */
export function findEntries(
  compiler: Compiler,
  file: string,
  text: string,
  name: string,
): readonly FoundEntry[] {
  const source = compiler.createSourceFile(file, text, compiler.ScriptTarget.Latest, true);
  const found: FoundEntry[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isObjectLiteralExpression(node)) {
      const own = property(compiler, node, "name");
      const isEntry = ["tap", "target", "schedule", "streams"].some((field) =>
        node.properties.some(
          (one) => one.name !== undefined && nameOf(compiler, one.name) === field,
        ),
      );
      if (
        isEntry &&
        own &&
        compiler.isStringLiteralLike(own.initializer) &&
        own.initializer.text === name
      )
        found.push({ source, entry: node });
    }
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** How an entry has its `streams`: not at all, as a list or an object that can be edited. */
export function formOf(compiler: Compiler, { entry }: FoundEntry): "none" | "list" | "object" {
  const given = entry.properties.find(
    (one) => one.name !== undefined && nameOf(compiler, one.name) === "streams",
  );
  if (given === undefined) return "none";
  if (!compiler.isPropertyAssignment(given)) throw new Computed();
  const literal = literalOf(compiler, given.initializer);
  return compiler.isArrayLiteralExpression(literal) ? "list" : "object";
}

/** The text of the file with other streams in place of those of the entry. */
export function replaceStreams(
  compiler: Compiler,
  { source, entry }: FoundEntry,
  streams: ReadonlyMap<string, ChosenOptions | "ignore">,
): string {
  const given = property(compiler, entry, "streams");
  if (given) {
    const literal = literalOf(compiler, given.initializer);
    const text = streamsText(streams, indentAt(source.text, given.getStart()));
    return applied(source.text, [{ from: literal.getStart(source), to: literal.end, text }]);
  }
  const after = property(compiler, entry, "target") ?? entry.properties.at(-1);
  if (after === undefined) throw new Computed();
  const indent = indentAt(source.text, after.getStart());
  return applied(source.text, [
    {
      from: after.end,
      to: after.end,
      text: `,\n${indent}streams: ${streamsText(streams, indent)}`,
    },
  ]);
}

/** The text of the file with changes of single streams in the object of the entry. */
export function editStreams(
  compiler: Compiler,
  found: FoundEntry,
  name: string,
  { removed, set }: StreamEdits,
): string {
  const { source } = found;
  const { properties } = objectOf(compiler, found);
  if (properties.some((one) => !compiler.isPropertyAssignment(one))) throw new Computed();
  const nameAt = (one: ts.ObjectLiteralElementLike) =>
    (one.name && nameOf(compiler, one.name)) ?? "";
  const names = properties.map(nameAt);
  const added = [...set].filter(([one]) => removed.includes(one) || !names.includes(one));
  if (names.every((one) => removed.includes(one)))
    return replaceStreams(compiler, found, new Map(added));
  const edits = properties.flatMap((one, index): readonly Edit[] => {
    if (removed.includes(nameAt(one))) return [removal(compiler, source, properties, index)];
    const value = set.get(nameAt(one));
    return value === undefined || !compiler.isPropertyAssignment(one)
      ? []
      : changedValue(compiler, source, one.initializer, value);
  });
  const text = applied(source.text, edits);
  const [again] = findEntries(compiler, source.fileName, text, name);
  if (!again) throw new Computed();
  return applied(text, additions(again.source, objectOf(compiler, again), added));
}

function objectOf(compiler: Compiler, { entry }: FoundEntry): ts.ObjectLiteralExpression {
  const given = property(compiler, entry, "streams");
  const literal = given && literalOf(compiler, given.initializer);
  if (!literal || !compiler.isObjectLiteralExpression(literal)) throw new Computed();
  return literal;
}

/** Removes a property with its comma, and on lines of its own with its comments. */
function removal(
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

function additions(
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

function changedValue(
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

/** The literal of `streams`, which may be the argument of the function of a typed catalog. */
function literalOf(
  compiler: Compiler,
  value: ts.Expression,
): ts.ObjectLiteralExpression | ts.ArrayLiteralExpression {
  if (compiler.isObjectLiteralExpression(value) || compiler.isArrayLiteralExpression(value))
    return value;
  const [argument, ...others] = compiler.isCallExpression(value) ? value.arguments : [];
  if (argument && others.length === 0 && compiler.isObjectLiteralExpression(argument))
    return argument;
  throw new Computed();
}

function property(
  compiler: Compiler,
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.PropertyAssignment | undefined {
  return object.properties.find(
    (one): one is ts.PropertyAssignment =>
      compiler.isPropertyAssignment(one) && nameOf(compiler, one.name) === name,
  );
}

function nameOf(compiler: Compiler, name: ts.PropertyName): string | undefined {
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

function indentAt(text: string, place: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, place), place))?.[0] ?? "";
}

/** Applies edits from the end, so that the places before stay the same; of two at one place, the later one goes last. */
function applied(text: string, edits: readonly Edit[]): string {
  return edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((one, other) => other.from - one.from || other.order - one.order)
    .reduce(
      (result, { from, to, text: put }) => result.slice(0, from) + put + result.slice(to),
      text,
    );
}
