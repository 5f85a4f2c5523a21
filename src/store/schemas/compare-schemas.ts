import { columnParents } from "./column-path";
import type { SavedSchemas, StreamSchema } from "./schemas";

/** A difference between two schemas of a stream. */
export interface SchemaDifference {
  readonly stream: string;
  /** The difference in words, without the stream. */
  readonly text: string;
}

/** What changed from older to newer schemas, as the runner reports it in a run. */
export function compareSchemas(
  before: SavedSchemas,
  after: SavedSchemas,
): readonly SchemaDifference[] {
  const old = new Map(before.streams.map((schema) => [schema.stream, schema]));
  const now = new Set(after.streams.map(({ stream }) => stream));
  return [
    ...after.streams.flatMap((schema) => {
      const known = old.get(schema.stream);
      const texts = known === undefined ? ["new stream"] : streamTexts(known, schema);
      return texts.map((text) => ({ stream: schema.stream, text }));
    }),
    ...before.streams
      .filter(({ stream }) => !now.has(stream))
      .map(({ stream }) => ({ stream, text: "stream removed" })),
  ];
}

function streamTexts(before: StreamSchema, after: StreamSchema): readonly string[] {
  return [...columnTexts(before, after), ...keyTexts(before, after)];
}

function columnTexts(before: StreamSchema, after: StreamSchema): readonly string[] {
  if (before.digest !== undefined || after.digest !== undefined)
    return before.digest === after.digest
      ? []
      : [`columns changed (${before.count} before, ${after.count} now)`];
  const [old, now] = [before.columns, after.columns];
  return [
    ...outermost(old, now).map((path) => `column ${path} removed (${old[path]})`),
    ...outermost(now, old).map((path) => `column ${path} added (${now[path]})`),
    ...Object.keys(old)
      .filter((path) => now[path] !== undefined && now[path] !== old[path])
      .map((path) => `column ${path} changed from ${old[path]} to ${now[path]}`),
  ];
}

/** Paths that only the first has, without those inside another one of them. */
function outermost(some: StreamSchema["columns"], others: StreamSchema["columns"]) {
  const own = new Set(Object.keys(some).filter((path) => others[path] === undefined));
  return [...own].filter((path) => !columnParents(path).some((parent) => own.has(parent)));
}

function keyTexts(before: StreamSchema, after: StreamSchema): readonly string[] {
  const [old, now] = [before, after].map(({ key }) => key.join(", ") || "none");
  return old === now ? [] : [`key changed from ${old} to ${now}`];
}
