import { messageOf, type SampleMessage } from "./sample-lines";

/** Problems of a stream, or of messages without one. */
export interface StreamProblems {
  /** The stream; undefined for STATE messages and lines that are not messages, if there are any. */
  readonly stream: string | undefined;
  readonly records: number;
  readonly problems: readonly string[];
}

type Schema = { readonly [name: string]: unknown };

const MOST_PROBLEMS = 5;

/**
 * Validates Singer messages: a SCHEMA before each record, values of the types in the SCHEMA, keys
 * that exist and are not null, and a STATE that is an object. Formats and limits are not checked:
 * taps write them as any draft of JSON Schema does, and targets differ in what they check.
 */
export function validateMessages(lines: readonly string[]): readonly StreamProblems[] {
  const schemas = new Map<string, SampleMessage>();
  const records = new Map<string | undefined, number>();
  const problems = new Map<string | undefined, Set<string>>();
  const report = (stream: string | undefined, text: string) => {
    problems.set(stream, (problems.get(stream) ?? new Set()).add(text));
  };
  for (const line of lines) {
    const message = messageOf(line);
    if (message === undefined) {
      report(undefined, "a line is not a Singer message");
      continue;
    }
    const { type, stream } = message;
    if (type === "STATE") {
      records.set(undefined, 0);
      for (const text of stateProblems(message["value"])) report(undefined, text);
    } else if (stream === undefined) report(undefined, `a ${type} message names no stream`);
    else if (type === "SCHEMA") {
      schemas.set(stream, message);
      records.set(stream, records.get(stream) ?? 0);
      for (const text of schemaProblems(message)) report(stream, text);
    } else if (type === "RECORD") {
      records.set(stream, (records.get(stream) ?? 0) + 1);
      const schema = schemas.get(stream);
      const found = schema
        ? recordProblems(message["record"], schema)
        : ["a record came before its SCHEMA"];
      for (const text of found) report(stream, text);
    }
  }
  const streams = new Set<string | undefined>([...records.keys(), ...problems.keys()]);
  return [...streams].map((stream) => ({
    stream,
    records: records.get(stream) ?? 0,
    problems: [...(problems.get(stream) ?? [])].slice(0, MOST_PROBLEMS),
  }));
}

function schemaProblems({ schema, key_properties: keys }: SampleMessage): readonly string[] {
  if (!isObject(schema)) return ["the SCHEMA has no schema"];
  if (!Array.isArray(keys)) return ["the SCHEMA has no list key_properties"];
  const properties = schema["properties"];
  if (!isObject(properties)) return [];
  return keys
    .filter((key) => typeof key === "string" && !Object.hasOwn(properties, key))
    .map((key) => `key "${String(key)}" is not among the properties of the SCHEMA`);
}

function stateProblems(value: unknown): readonly string[] {
  if (!isObject(value)) return ["the value of a STATE is not an object"];
  const { bookmarks } = value;
  return bookmarks === undefined || isObject(bookmarks)
    ? []
    : ['"bookmarks" of a STATE is not an object'];
}

function recordProblems(
  record: unknown,
  { schema, key_properties: keys }: SampleMessage,
): readonly string[] {
  if (!isObject(record)) return ["a record is not an object"];
  const missing = (Array.isArray(keys) ? (keys as readonly unknown[]) : [])
    .filter((key): key is string => typeof key === "string")
    .filter((key) => record[key] === undefined || record[key] === null)
    .map((key) => `key "${key}" is missing in a record`);
  return [...missing, ...(isObject(schema) ? typeProblems(record, schema, "") : [])];
}

function typeProblems(value: unknown, schema: Schema, path: string): readonly string[] {
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) {
    const found = choices.filter(isObject).map((one) => typeProblems(value, one, path));
    return found.some((one) => one.length === 0) ? [] : (found[0] ?? []);
  }
  const types = typesOf(schema);
  if (types !== undefined && !types.some((type) => isOfType(value, type)))
    return [`"${path || "record"}" is ${nameOf(value)}, not ${types.join(" or ")}`];
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items)
      ? (value as readonly unknown[]).flatMap((one) => typeProblems(one, items, `${path}[]`))
      : [];
  }
  if (!isObject(value)) return [];
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"])
    ? (schema["required"] as readonly unknown[])
    : [];
  const joined = (name: string) => (path === "" ? name : `${path}.${name}`);
  return [
    ...required
      .filter((name): name is string => typeof name === "string" && !Object.hasOwn(value, name))
      .map((name) => `"${joined(name)}" is required and missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const own = properties[name];
      return isObject(own) ? typeProblems(one, own, joined(name)) : [];
    }),
  ];
}

function typesOf({ type }: Schema): readonly string[] | undefined {
  if (typeof type === "string") return [type];
  return Array.isArray(type)
    ? (type as readonly unknown[]).filter((one): one is string => typeof one === "string")
    : undefined;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value);
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "string":
    case "boolean":
      return typeof value === type;
    default:
      return true;
  }
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "bigint" ? "an integer" : `of type ${typeof value}`;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
