import { columnSteps, type ColumnStep } from "./column-path";
import type { StreamSchema } from "./schemas";

/** A JSON Schema. */
type Schema = Readonly<Record<string, unknown>>;

interface Node {
  /** Type text; undefined for the record. */
  types: string | undefined;
  readonly properties: Map<string, Node>;
  readonly required: Set<string>;
  items: Node | undefined;
}

/** The contract that a stream's schema fulfills exactly: a JSON Schema with its columns and key. */
export function contractOf({ stream, key, columns, required }: StreamSchema): Schema {
  const root = emptyNode();
  for (const [path, types] of Object.entries(columns))
    nodeAt(root, columnSteps(path)).types = types;
  for (const path of required) {
    const steps = columnSteps(path);
    const last = steps.at(-1);
    if (last !== undefined && "property" in last)
      nodeAt(root, steps.slice(0, -1)).required.add(last.property);
  }
  for (const column of key) root.required.add(column);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: stream,
    ...schemaOf({ ...root, types: "object" }),
    "x-key-properties": key,
  };
}

function emptyNode(): Node {
  return { types: undefined, properties: new Map(), required: new Set(), items: undefined };
}

function nodeAt(root: Node, steps: readonly ColumnStep[]): Node {
  return steps.reduce((node, step) => {
    if ("items" in step) return (node.items ??= emptyNode());
    const child = node.properties.get(step.property) ?? emptyNode();
    node.properties.set(step.property, child);
    return child;
  }, root);
}

function schemaOf({ types, properties, required, items }: Node): Schema {
  return {
    ...typeOf(types ?? "any"),
    ...(properties.size > 0 && {
      properties: Object.fromEntries(
        [...properties].map(([name, child]) => [name, schemaOf(child)]),
      ),
    }),
    ...(required.size > 0 && { required: [...required] }),
    ...(items && { items: schemaOf(items) }),
  };
}

/** @example `typeOf("string(date)|null")` is `{ type: ["string", "null"], format: "date" }` */
function typeOf(text: string): Schema {
  if (text === "any") return {};
  const kinds = text.split("|").map((kind) => {
    const format = /^string\((.*)\)$/.exec(kind)?.[1];
    return format === undefined ? { type: kind } : { type: "string", format };
  });
  const formats = kinds.filter(({ format }) => format !== undefined);
  if (formats.length > 1 || (formats.length === 1 && kinds.filter(isText).length > 1))
    return { anyOf: kinds };
  const names = kinds.map(({ type }) => type);
  return {
    type: names.length === 1 ? names[0] : names,
    ...(formats[0] && { format: formats[0].format }),
  };
}

const isText = ({ type }: { readonly type: string }): boolean => type === "string";
