import type { Json, JsonObject } from "../model/connector-settings";
import { formatJsonValue } from "./typescript-text";
import { isSchema, isSecretSetting, propertiesOf, requiredOf, typeWords } from "./settings-schema";

const ANY = "Json";
const OTHERS = "Json | SecretReference | undefined";

type Schema = { [key: string]: unknown };

/** What the parts of a schema are prepared with. */
export interface Preparation {
  /** The whole schema. */
  readonly root: JsonObject;
  /** Receives what has no type. */
  readonly untyped: string[];
  /** Whether a setting accepts references to secrets only. */
  readonly isSecret: (name: string, schema: Json) => boolean;
}

/** The schema of all settings in the form that the generator expects. */
export function prepareRoot(schema: JsonObject, preparation: Preparation): Schema {
  const required = requiredOf(schema);
  const properties = Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([name, property]) => [
      name,
      prepare(property, [name], preparation),
    ]),
  );
  const definitions = Object.fromEntries(
    ["definitions", "$defs"].flatMap((key) => {
      const all = schema[key];
      if (!isSchema(all)) return [];
      const prepared = Object.entries(all).map(([name, one]) => [
        name,
        prepare(one, [name], preparation),
      ]);
      return [[key, Object.fromEntries(prepared)]];
    }),
  );
  return {
    type: "object",
    properties,
    required,
    additionalProperties: schema["additionalProperties"] === true ? { tsType: OTHERS } : false,
    ...definitions,
  };
}

/**
 * A schema in the form that the generator expects: without titles, which would become types of their own, and
 * without what TypeScript cannot say.
 */
function prepare(schema: Json, path: readonly string[], preparation: Preparation): Schema {
  const { root, untyped, isSecret } = preparation;
  const give = (tsType: string, comment: Schema = {}): Schema => ({ ...comment, tsType });
  if (!isSchema(schema)) return give(ANY);
  const comment = commentOf(schema, path);
  if (isSecret(path.at(-1) ?? "", schema)) return give("SecretReference", comment);
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    if (resolves(reference, root)) return { ...comment, allOf: [{ $ref: reference }] };
    untyped.push(`${path.join(".")}: its schema ${reference} is not part of the settings`);
    return give(ANY, comment);
  }
  const inner = (value: Json, ...more: readonly string[]) =>
    prepare(value, [...path, ...more], preparation);
  const words = ["anyOf", "oneOf", "allOf"].flatMap((word) => {
    const options = schema[word];
    if (!Array.isArray(options) || options.length === 0) return [];
    const kept = options.filter((one: Json) => !isSchema(one) || one["type"] !== "null");
    return [[word, kept.map((one: Json) => inner(one))] as const];
  });
  const kinds = typeWords(schema).filter((kind) => kind !== "null");
  const choices = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (choices !== undefined) {
    const values = choices.filter((value) => value !== null);
    return { ...comment, ...(values.length > 0 ? { enum: values } : { tsType: ANY }) };
  }
  if ("const" in schema) return { ...comment, const: schema["const"] };
  if (words.length > 0) return { ...comment, ...Object.fromEntries(words) };
  const options = kinds.map((kind) => ofKind(kind, schema, inner));
  if (options.length === 0) return give(ANY, comment);
  return options.length === 1 ? { ...comment, ...options[0] } : { ...comment, anyOf: options };
}

function ofKind(
  kind: string,
  schema: JsonObject,
  inner: (value: Json, ...more: readonly string[]) => Schema,
): Schema {
  if (kind === "array") {
    const items = schema["items"];
    return { type: "array", items: isSchema(items) ? inner(items) : { tsType: ANY } };
  }
  if (kind !== "object") return { type: kind };
  const properties = Object.entries(propertiesOf(schema));
  const rest = schema["additionalProperties"];
  const pattern = Object.values(
    isSchema(schema["patternProperties"]) ? schema["patternProperties"] : {},
  )[0];
  if (properties.length === 0) {
    if (isSchema(rest)) return { type: "object", additionalProperties: inner(rest) };
    if (pattern !== undefined) return { type: "object", additionalProperties: inner(pattern) };
    return { tsType: "JsonObject" };
  }
  return {
    type: "object",
    properties: Object.fromEntries(properties.map(([name, one]) => [name, inner(one, name)])),
    required: requiredOf(schema),
    additionalProperties: rest === true ? { tsType: OTHERS } : false,
  };
}

/** Description and default of a setting as a comment. */
function commentOf(schema: JsonObject, path: readonly string[]): Schema {
  const { title, description } = schema;
  const text = [description, title].find(
    (one): one is string => typeof one === "string" && one.trim() !== "",
  );
  const sentence = text?.trim().replace(/\s*\n\s*(?!@)/g, " ");
  const isSecret = isSecretSetting(path.at(-1) ?? "", schema);
  const value = schema["default"];
  const standard =
    value === undefined || value === null || isSecret || /\bDefault: /.test(text ?? "")
      ? undefined
      : `Default: \`${formatJsonValue(value, false).replaceAll("`", "'")}\`.`;
  const ended = sentence !== undefined && !/[.!?:]$|\n@/.test(sentence) ? `${sentence}.` : sentence;
  const comment = [ended, standard].filter((part) => part !== undefined).join(" ");
  return comment === "" ? {} : { description: comment.replaceAll("*/", "*\\/") };
}

function resolves(reference: string, root: JsonObject): boolean {
  if (!reference.startsWith("#/")) return reference === "#";
  let at: Json | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isSchema(at)
      ? at[name]
      : Array.isArray(at)
        ? (at as readonly Json[])[Number(name)]
        : undefined;
  }
  return at !== undefined;
}
