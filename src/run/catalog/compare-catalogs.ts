import { stringifyJson } from "../../common/json";
import { compare, type Catalog, type CatalogEntry, type Schema } from "./catalog";
import { columnPaths, describeStream } from "./describe-stream";

/** What changed in a stream that both catalogs have. */
export interface StreamChange {
  readonly stream: string;
  /** One phrase for each change, such as `column "email" added (string)`. */
  readonly changes: readonly string[];
}

/** How a catalog differs from an earlier one. */
export interface CatalogChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly StreamChange[];
}

/** Compares two catalogs: streams, columns, their types, keys and replication. */
export function compareCatalogs(before: Catalog, after: Catalog): CatalogChanges {
  const [old, now] = [byId(before), byId(after)];
  return {
    added: [...now.keys()].filter((id) => !old.has(id)).sort(compare),
    removed: [...old.keys()].filter((id) => !now.has(id)).sort(compare),
    changed: [...now].flatMap(([stream, entry]) => {
      const earlier = old.get(stream);
      const changes = earlier ? streamChanges(earlier, entry) : [];
      return changes.length === 0 ? [] : [{ stream, changes }];
    }),
  };
}

/** Whether two catalogs are the same for a pipeline. */
export function isUnchanged({ added, removed, changed }: CatalogChanges): boolean {
  return added.length + removed.length + changed.length === 0;
}

/**
 * A column's type in a few words.
 *
 * @example `typeText({ type: ["null", "string"], format: "date-time" }) === "string (date-time), null"`
 */
export function typeText(schema: Schema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeText))].join(" or ");
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).map((type) =>
    typeof type === "string" ? type : "any",
  );
  const format = typeof schema.format === "string" ? ` (${schema.format})` : "";
  return [
    ...types.filter((type) => type !== "null").map((type) => type + format),
    ...types.filter((type) => type === "null"),
  ].join(", ");
}

function streamChanges(before: CatalogEntry, after: CatalogEntry): readonly string[] {
  const [old, now] = [describeStream(before), describeStream(after)];
  const lists: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["keys", old.keys, now.keys],
    ["replication method", [old.method ?? "none"], [now.method ?? "none"]],
    ["replication key", [old.replicationKey ?? "none"], [now.replicationKey ?? "none"]],
  ];
  return [
    ...columnChanges(before.schema, after.schema),
    ...lists.flatMap(([what, one, other]) =>
      one.join() === other.join()
        ? []
        : [`${what} ${one.join(", ") || "none"} → ${other.join(", ") || "none"}`],
    ),
  ];
}

function columnChanges(before: Schema | undefined, after: Schema | undefined): readonly string[] {
  const [old, now] = [types(before), types(after)];
  return [
    ...[...now]
      .filter(([name]) => !old.has(name))
      .map(([name, { text }]) => `column "${name}" added (${text})`),
    ...[...old].filter(([name]) => !now.has(name)).map(([name]) => `column "${name}" removed`),
    ...[...now].flatMap(([name, { text, whole }]) => {
      const earlier = old.get(name);
      if (!earlier || earlier.whole === whole) return [];
      return [
        earlier.text === text
          ? `column "${name}" has another schema (${text})`
          : `column "${name}" ${earlier.text} → ${text}`,
      ];
    }),
  ];
}

/** Types of all columns: in words, and the whole schema of those that hold no others. */
function types(
  schema: Schema | undefined,
): ReadonlyMap<string, { readonly text: string; readonly whole: string }> {
  return new Map(
    columnPaths(schema).map((path) => {
      const found = path.split(".").reduce<{ readonly at: Schema; readonly rest: string }>(
        ({ at, rest }, part) => {
          const name = rest === "" ? part : `${rest}.${part}`;
          const inner = at.properties?.[name];
          return inner ? { at: inner, rest: "" } : { at, rest: name };
        },
        { at: schema ?? {}, rest: "" },
      ).at;
      const text = typeText(found);
      return [path, { text, whole: found.properties ? text : stringifyJson(found) }];
    }),
  );
}

function byId({ streams }: Catalog): ReadonlyMap<string, CatalogEntry> {
  return new Map(streams.map((entry) => [entry.tap_stream_id, entry]));
}
