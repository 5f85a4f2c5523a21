import type { ErrorObject, ValidateFunction } from "ajv";
import { isSecretReference, secretPaths, type Json, type JsonObject } from "../connector-settings";
import { isFields, quote, type Fields } from "./checks";
import { didYouMean } from "./nearest";

/** Values of an enumeration that an error lists. */
const MOST_VALUES = 12;

/** A value that does not fit the JSON Schema of a connector's settings. */
export interface SchemaProblem {
  /** First part of the path: the setting. */
  readonly setting: string;
  /** Path of the value, such as `streams[0].path`. */
  readonly path: string;
  /** What the schema requires, with the allowed values; it does not contain the value. */
  readonly text: string;
}

const compiled = new WeakMap<object, ValidateFunction | string>();

/**
 * Compares the settings of a pipeline with the JSON Schema of the connector. A secret is valid for
 * every schema. Missing and unknown settings are not reported, because defaults are not part of the
 * settings.
 */
export function schemaProblems(definition: Fields, settings: Fields): readonly SchemaProblem[] {
  const schema = definition["settingsSchema"];
  if (!isFields(schema) || !concerns(schema, settings)) return [];
  const validate = compile(schema);
  if (typeof validate === "string") return [];
  if (validate(plainValue(settings as JsonObject))) return [];
  const secrets = secretPaths(settings as JsonObject).map((path) => path.map(String));
  const all = validate.errors ?? [];
  const errors = withoutBranches(all).filter(
    ({ instancePath, keyword }) =>
      instancePath !== "" && !concernsSecret(partsOf(instancePath), keyword, secrets),
  );
  return errors.flatMap((error) => problemOf(error, all, settings));
}

/** Whether a schema has rules for one of the settings; compiling it takes longer than all else. */
function concerns(schema: Fields, settings: Fields): boolean {
  const { properties } = schema;
  const isFlat = Object.keys(schema).every((word) => FLAT.has(word));
  return (
    !isFlat || !isFields(properties) || Object.keys(settings).some((name) => name in properties)
  );
}

/** Words of a schema whose rules for the value of a setting are those of the setting alone. */
const FLAT = new Set(["$schema", "type", "title", "description", "properties", "required"]);

/** Why the schema of a connector cannot be used for settings; undefined if it can, or if it has no rules for them. */
export function schemaDefect(
  { settingsSchema: schema }: Fields,
  settings: Fields,
): string | undefined {
  if (!isFields(schema) || !concerns(schema, settings)) return undefined;
  const validate = compile(schema);
  return typeof validate === "string" ? validate : undefined;
}

function compile(schema: Fields): ValidateFunction | string {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only connectors with a schema need it
  const { Ajv } = require("ajv") as typeof import("ajv");
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
  });
  const rules = Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "$schema"));
  let result: ValidateFunction | string;
  try {
    result = ajv.compile(rules);
  } catch (error) {
    result = error instanceof Error ? error.message : String(error);
  }
  compiled.set(schema, result);
  return result;
}

/** Settings as JSON: the validator knows neither bigint nor undefined. */
function plainValue(value: Json | undefined): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map((item: Json) => plainValue(item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plainValue(field)]));
}

/** Whether an error is about a secret, or about a choice that depends on one. */
function concernsSecret(
  path: readonly string[],
  keyword: string,
  secrets: readonly (readonly string[])[],
): boolean {
  const isChoice = ["anyOf", "oneOf", "not", "if"].includes(keyword);
  return secrets.some(
    (secret) =>
      secret.every((part, at) => path[at] === part) ||
      (isChoice && path.every((part, at) => secret[at] === part)),
  );
}

/** Without the errors of the single options of an `anyOf` or `oneOf`. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  return errors.filter((error) => !choices.some((choice) => isBranchOf(error, choice)));
}

function isBranchOf(error: ErrorObject, choice: ErrorObject): boolean {
  return (
    error !== choice &&
    error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
    error.instancePath.startsWith(choice.instancePath)
  );
}

function problemOf(
  error: ErrorObject,
  all: readonly ErrorObject[],
  settings: Fields,
): readonly SchemaProblem[] {
  const parts = partsOf(error.instancePath);
  const [setting = ""] = parts;
  const path = parts.reduce(
    (text, part) =>
      /^\d+$/.test(part) ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`,
    "",
  );
  const branches = all.filter((one) => isBranchOf(one, error));
  const text =
    branches.length === 0
      ? textOf(error, valueAt(settings, parts))
      : [...new Set(branches.map((one) => textOf(one, undefined)))].join(", or ");
  return [{ setting, path, text }];
}

function textOf({ keyword, params, message = "" }: ErrorObject, value: unknown): string {
  const allowed = (params as { readonly allowedValues?: readonly Json[] }).allowedValues;
  if (keyword === "enum" && allowed !== undefined) return enumText(allowed, value);
  if (keyword === "const")
    return `must be ${JSON.stringify((params as { readonly allowedValue?: Json }).allowedValue)}`;
  if (keyword === "additionalProperties") {
    const { additionalProperty: name } = params as { readonly additionalProperty: string };
    return `has the unknown field ${quote(name)}`;
  }
  if (keyword === "type") return `must be ${typeText((params as { readonly type: unknown }).type)}`;
  return message;
}

/** Types in words, without null, which no setting needs. */
function typeText(type: unknown): string {
  const names = (Array.isArray(type) ? type : [type]).map(String);
  return names.filter((name) => name !== "null" || names.length === 1).join(" or ");
}

function enumText(allowed: readonly Json[], value: unknown): string {
  const values = allowed.filter((one) => one !== null);
  const shown = values.slice(0, MOST_VALUES).map((one) => JSON.stringify(one));
  const more = values.length - shown.length;
  const text = `must be one of ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const words = values.filter((one) => typeof one === "string");
  return typeof value === "string" ? `${text}${didYouMean(value, words)}` : text;
}

function valueAt(settings: Fields, path: readonly string[]): unknown {
  const found = path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null
        ? (value as { readonly [key: string]: unknown })[part]
        : undefined,
    settings,
  );
  return isSecretReference(found) ? undefined : found;
}

function partsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
