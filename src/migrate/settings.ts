import { isSecretReference, secret, type Json, type JsonObject } from "../model/connector-settings";
import { secretVariable } from "../model/validation/secrets";
import { holdsSecret, isWrittenOut } from "../review/secrecy";
import type { Carried, LeftOver } from "./left-over";
import type { ResolvedPlugin } from "./plugins";
import type { PluginSetting, Surroundings } from "./project";
import { expand, keepsVariable, secretName, type Variables } from "./variables";

/** Setting kinds with secret values. */
const SECRET_KINDS = new Set(["password", "oauth"]);

/** Context for converting a plugin's config. */
interface Reading {
  readonly plugin: ResolvedPlugin;
  readonly variables: Variables;
  readonly leftOver: LeftOver[];
}

/**
 * Converts the config of a plugin to settings of a connector. Variables defined in the project are
 * expanded; all others and all secrets become references to secrets. Secret values are not copied.
 */
export function carrySettings(
  plugin: ResolvedPlugin,
  variables: Variables,
  { variables: inEnvironment }: Surroundings,
): Carried<JsonObject> {
  const leftOver: LeftOver[] = [];
  const reading: Reading = { plugin, variables, leftOver };
  const given = { ...defaultsOf(plugin.settings), ...plugin.config };
  const fromConfig = Object.entries(given).reduce<JsonObject>(
    (settings, [name, value]) =>
      put(settings, pathOf(name, plugin.settings), carry(reading, [name], value)),
    {},
  );
  const fromEnvironment = inEnvironment.flatMap((variable) =>
    environmentSetting(plugin, variable, fromConfig),
  );
  const value = { ...fromConfig, ...Object.fromEntries(fromEnvironment) };
  const missing = plugin.settings
    .filter((setting) => isDeclaredSecret(setting) && !(setting.name in value))
    .map(({ name }) => name);
  if (missing.length > 0)
    note(
      reading,
      `${missing.length === 1 ? "a secret has" : "secrets have"} no value in the files: ${missing.map((name) => `${name} (${variableOf(plugin.name, name)})`).join(", ")}; if the environment provides one, add it, e.g. ${missing[0]}: secret(${JSON.stringify(secretName(variableOf(plugin.name, missing[0] ?? "")))})`,
    );
  return { value, leftOver };
}

/**
 * Default values that Meltano would pass to the connector: all from the project, but from the Hub
 * only those that depend on the project.
 */
function defaultsOf(settings: readonly PluginSetting[]): JsonObject {
  const counts = ({ value, fromHub }: PluginSetting) =>
    fromHub === true
      ? typeof value === "string" && value.includes("$MELTANO_")
      : value !== undefined && value !== "";
  return Object.fromEntries(settings.filter(counts).map(({ name, value = null }) => [name, value]));
}

function carry(reading: Reading, path: readonly string[], value: Json): Json {
  if (typeof value === "string") return carryText(reading, path, value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) =>
      carry(reading, [...path, String(index)], item),
    );
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, Json]) => [
      name,
      carry(reading, [...path, name], item),
    ]),
  );
}

function carryText(reading: Reading, path: readonly string[], text: string): Json {
  const expanded = expand(text, reading.variables);
  const label = `setting ${JSON.stringify(path.join("."))}`;
  const own = secretName(`${reading.plugin.name}-${path.join("-")}`);
  if (expanded.kind === "text") {
    if (!isSecret(reading.plugin.settings, path, expanded.text))
      return converted(reading.plugin.settings, path, expanded.text);
    note(
      reading,
      `${label} is a secret in plain text; its value was not copied: set ${secretVariable(own)}`,
    );
    return secret(own) as unknown as Json;
  }
  if (expanded.kind === "secret") {
    if (!keepsVariable(expanded.variable))
      note(
        reading,
        `${label} is now read from ${secretVariable(expanded.secret.$secret)} instead of ${expanded.variable}`,
      );
    return expanded.secret as unknown as Json;
  }
  note(
    reading,
    `${label} combines ${expanded.variables.join(" and ")} and is now one secret: set ${secretVariable(own)} to the full text`,
  );
  return secret(own) as unknown as Json;
}

function isSecret(
  settings: readonly PluginSetting[],
  path: readonly string[],
  text: string,
): boolean {
  if (text === "") return false;
  const definition = settings.find(({ name }) => name === path[0]);
  const declared = path.length === 1 && definition !== undefined && isDeclaredSecret(definition);
  return declared || isWrittenOut(path[path.length - 1] ?? "", text) || holdsSecret(text);
}

function isDeclaredSecret({ sensitive, kind }: PluginSetting): boolean {
  return sensitive === true || SECRET_KINDS.has(kind ?? "");
}

/** The environment variable from which Meltano reads a setting. */
function variableOf(plugin: string, setting: string): string {
  return `${plugin}_${setting}`.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** Meltano converts strings according to the kind of the setting. */
function converted(
  settings: readonly PluginSetting[],
  path: readonly string[],
  text: string,
): Json {
  const kind = path.length === 1 ? settings.find(({ name }) => name === path[0])?.kind : undefined;
  if (
    (kind === "integer" || kind === "decimal") &&
    text.trim() !== "" &&
    Number.isFinite(Number(text))
  )
    return numberOf(text.trim());
  if (kind === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return text;
}

function numberOf(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) || !/^-?\d+$/.test(text) ? Number(text) : BigInt(text);
}

/**
 * `TAP_GITHUB_AUTH_TOKEN` in `.env` sets `auth_token` of `tap-github`; two underscores mean a
 * nested setting.
 */
function environmentSetting(
  plugin: ResolvedPlugin,
  variable: string,
  settings: JsonObject,
): readonly (readonly [string, Json])[] {
  const prefix = variableOf(plugin.name, "");
  const rest = variable.slice(prefix.length);
  if (!variable.startsWith(prefix) || rest === "" || rest.startsWith("_") || rest.includes("__"))
    return [];
  const name =
    plugin.settings.find((setting) => variableOf(plugin.name, setting.name) === variable)?.name ??
    rest.toLowerCase();
  return name in settings ? [] : [[name, secret(secretName(variable)) as unknown as Json]];
}

/** `a.b` is `b` in `a`, unless a setting has exactly that name. */
function pathOf(name: string, settings: readonly PluginSetting[]): readonly string[] {
  return settings.some((setting) => setting.name === name) && !name.includes(".")
    ? [name]
    : name.split(".");
}

function put(
  settings: JsonObject,
  [name = "", ...rest]: readonly string[],
  value: Json,
): JsonObject {
  if (rest.length === 0) return { ...settings, [name]: value };
  const inside = settings[name];
  return {
    ...settings,
    [name]: put(
      typeof inside === "object" &&
        inside !== null &&
        !Array.isArray(inside) &&
        !isSecretReference(inside)
        ? (inside as JsonObject)
        : {},
      rest,
      value,
    ),
  };
}

function note({ plugin, leftOver }: Reading, text: string): void {
  leftOver.push({ where: `${plugin.place} ${plugin.kind} ${plugin.name}`, text });
}
