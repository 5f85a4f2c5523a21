import type ts from "typescript";
import {
  additions,
  applied,
  changedValue,
  type Compiler,
  Computed,
  type Edit,
  indentAt,
  nameOf,
  property,
  removal,
} from "./object-edits";
import type { ChosenOptions, StreamEdits } from "./select-streams";
import { streamsText } from "./streams-text";

/** Where the entry of a pipeline is in a source file. */
export interface FoundEntry {
  readonly source: ts.SourceFile;
  readonly entry: ts.ObjectLiteralExpression;
}

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

/** The form of an entry's `streams`: missing, or a list or an object that can be edited. */
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
