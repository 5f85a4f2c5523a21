import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json, JsonObject } from "../../src/model/connector-settings";

const NOTES = join(__dirname, "..", "..", "connectors", "notes");

/**
 * A file of notes, written by hand: changes of the JSON Schema that a connector reports, or the
 * whole schema of a connector without `--about`.
 */
interface Notes {
  /** Other files of notes, which concern the settings of theirs that the connector has. */
  readonly use?: readonly string[];
  /** For each setting, what replaces parts of its schema, as a JSON Merge Patch; null removes the setting. */
  readonly settings: JsonObject;
  /** Required settings of a connector without `--about`. */
  readonly required?: readonly string[];
}

/** The JSON Schema of a connector that reports none. */
export function schemaFromNotes(name: string): JsonObject {
  const { settings, required = [] } = readNotes(name);
  return { type: "object", properties: settings, required: [...required] };
}

/**
 * The JSON Schema of a connector with the notes on it.
 *
 * @throws Error if a note is about a setting that the connector does not report.
 */
export function withNotes(name: string, schema: JsonObject): JsonObject {
  const own = readNotes(name);
  const reported = schema["properties"] as JsonObject;
  const unknown = Object.keys(own.settings).filter((setting) => !(setting in reported));
  if (unknown.length > 0)
    throw new Error(`connectors/notes/${name}.json: ${name} has no setting ${unknown.join(", ")}`);
  const shared = (own.use ?? []).map((other) => readNotes(other).settings);
  const notes = Object.assign({}, ...shared, own.settings) as JsonObject;
  const properties = Object.fromEntries(
    Object.entries(reported).flatMap(([setting, property]) => {
      const note = notes[setting];
      return note === null
        ? []
        : [[setting, note === undefined ? property : patch(property, note)]];
    }),
  );
  return { ...schema, properties };
}

/** Applies a JSON Merge Patch (RFC 7396). */
function patch(value: Json | undefined, change: Json): Json {
  if (!isObject(change)) return change;
  const base = isObject(value) ? value : {};
  const changed = Object.entries(change).map(
    ([key, inner]) => [key, inner === null ? null : patch(base[key], inner)] as const,
  );
  const all = { ...base, ...Object.fromEntries(changed) };
  return Object.fromEntries(Object.entries(all).filter(([key]) => change[key] !== null));
}

function readNotes(name: string): Notes {
  const file = join(NOTES, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Notes) : { settings: {} };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
