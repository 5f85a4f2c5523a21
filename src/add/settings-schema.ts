import type { Json, JsonObject } from "../model/connector-settings";
import type { PackageFacts } from "./inspect-package";

/** Names of settings whose values are secrets. */
const SECRET_NAME =
  /(^|[_.-])(password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|secret_?key|client_secret|credentials?_json|auth_?key)($|_?(id)?$)/i;

/** Names that look like those of secrets and are none. */
const NOT_SECRET = /(_url|_uri|_path|_file|_type|_expiry|_expires\w*|_id|_field|_header|_name)$/i;

/** Whether a setting is a secret, by its schema or by its name. */
export function isSecretSetting(name: string, schema: Json): boolean {
  if (isSchema(schema)) {
    if (schema["secret"] === true || schema["writeOnly"] === true) return true;
    if (schema["secret"] === false) return false;
    const kinds = kindsOf(schema);
    if (kinds.size > 0 && !kinds.has("string")) return false;
  }
  return SECRET_NAME.test(name) && !NOT_SECRET.test(name);
}

/**
 * JSON Schema of the settings of an older connector, from its sample config and the list of required
 * settings in its code. It accepts other settings, because a sample need not have all.
 */
export function schemaOfSample({ sample, requiredKeys }: PackageFacts): JsonObject | undefined {
  const config = sample?.config ?? {};
  const names = [...new Set([...requiredKeys, ...Object.keys(config)])];
  if (names.length === 0) return undefined;
  const properties = names.map((name) => [
    name,
    name in config ? typeOfSample(name, config[name] as Json) : {},
  ]);
  return {
    type: "object",
    properties: Object.fromEntries(properties) as JsonObject,
    required: requiredKeys,
    additionalProperties: true,
  };
}

/** Sample values say which type a setting has, and nothing of what is inside of lists and objects. */
function typeOfSample(name: string, value: Json): JsonObject {
  if (isSecretSetting(name, {})) return { type: "string", secret: true };
  if (typeof value === "string") return { type: "string" };
  if (typeof value === "boolean") return { type: "boolean" };
  if (typeof value === "number" || typeof value === "bigint") return { type: "number" };
  if (Array.isArray(value)) return { type: "array" };
  return value === null ? {} : { type: "object" };
}

/** JSON types that a schema accepts, also below `anyOf` and `oneOf`, without null. */
export function kindsOf(schema: Json): ReadonlySet<string> {
  if (!isSchema(schema)) return new Set();
  const own = typeWords(schema);
  const others = ["anyOf", "oneOf"].flatMap((word) => {
    const options = schema[word];
    return Array.isArray(options) ? options.flatMap((option: Json) => [...kindsOf(option)]) : [];
  });
  return new Set([...own, ...others].filter((kind) => kind !== "null"));
}

/** The words of a schema's own `type`. */
export function typeWords({ type }: JsonObject): readonly string[] {
  const words = Array.isArray(type) ? (type as readonly Json[]) : [type];
  return words.filter((word) => typeof word === "string");
}

/** Whether a value is a schema with fields, and not `true` or `false`. */
export function isSchema(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The settings that a connector requires: those without a default. */
export function requiredOf(schema: JsonObject): readonly string[] {
  const properties = propertiesOf(schema);
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  return [...new Set(required)].filter((name) => {
    const property = properties[name];
    return property !== undefined && !(isSchema(property) && "default" in property);
  });
}

/** The settings by name. */
export function propertiesOf(schema: JsonObject): JsonObject {
  return isSchema(schema["properties"]) ? schema["properties"] : {};
}
