import type { ConnectorKind } from "../connector";
import { isSecretReference, type SettingType } from "../connector-settings";
import { addressProblem, isAddress } from "../package-address";
import { isFields, kindOf, quote, rules, text, type Check, type Fields } from "./checks";
import { image } from "./containers";
import { jsonProblems } from "./json";
import { notEmpty } from "./names";
import { didYouMean } from "./nearest";
import { schemaProblems } from "./settings-schema";
import { stringifyJson } from "../../common/json";

/**
 * Space for settings in a Kubernetes Secret (1 MiB). Catalogs are files in the object store instead
 * (meltano#2415).
 */
const MOST_SETTINGS_BYTES = 900_000;

/** Where settings come from on the cluster: with `store`, the array may leave out required ones. */
export type ConfigFrom = "array" | "store";

/** A tap or a target with its settings. */
export function connector(kind: ConnectorKind, configFrom: ConfigFrom): Check {
  return (value, at) => {
    if (typeof value === "function")
      return [`${at} is a function\nCall it with its settings, such as ${at}: connector({ … })`];
    if (!isFields(value) || !isFields(value["connector"]))
      return [
        `${at} must be a connector with its settings, such as ${example(kind)}, not ${kindOf(value)}`,
      ];
    const definition = value["connector"];
    const name = connectorNameOf(definition);
    const other = kind === "tap" ? "target" : "tap";
    if (value["kind"] !== kind)
      return [
        `${at}: ${name} is ${value["kind"] === other ? `a ${other}` : "something else"}, not a ${kind}`,
      ];
    const settings = value["settings"];
    if (!isFields(settings))
      return [
        ...definitionProblems(definition, at),
        `${at}: settings of ${name} must be an object, not ${kindOf(settings)}`,
      ];
    return [
      ...definitionProblems(definition, at),
      ...settingsProblems(definition, settings, at, configFrom),
    ];
  };
}

/** Name of a connector for messages, for definitions that may be invalid. */
export function connectorNameOf(definition: Fields): string {
  return typeof definition["name"] === "string" ? definition["name"] : "the connector";
}

/**
 * The settings of both connectors, the stream rules and the initial state are stored in one
 * Kubernetes Secret.
 */
export function settingsSize(entry: Fields): readonly string[] {
  const settings = [entry["tap"], entry["target"]].map((one) =>
    isFields(one) ? one["settings"] : undefined,
  );
  const rules = jsonBytes({ streams: entry["streams"] });
  if (rules > MOST_SETTINGS_BYTES)
    return [
      `streams: the rules are ${Math.ceil(rules / 1000)} kB of JSON, more than the ${MOST_SETTINGS_BYTES / 1000} kB that fit in a Kubernetes Secret\nUse fewer rules with patterns, such as "public-*".`,
    ];
  if (entry["configFrom"] === "store") return [];
  const bytes = [...settings, entry["initialState"]].reduce<number>(
    (sum, one) => sum + jsonBytes(one),
    rules,
  );
  if (bytes <= MOST_SETTINGS_BYTES) return [];
  return [
    `settings: tap, target, streams and initialState are ${Math.ceil(bytes / 1000)} kB of JSON, more than the ${MOST_SETTINGS_BYTES / 1000} kB that fit in a Kubernetes Secret\nStore them with configFrom: "store".`,
  ];
}

function definitionProblems(definition: Fields, at: string): readonly string[] {
  const label = `${at} connector`;
  const problems = text(connectorName)(definition["name"], `${label} name`);
  const source = definition["source"];
  if (!isFields(source))
    return [...problems, `${label} needs a package and a version, or an image`];
  if ("bulk" in source) return problems;
  if ("image" in source) return [...problems, ...image(source["image"], `${label} image`)];
  return [
    ...problems,
    ...text(packageName)(source["package"], `${label} package`),
    ...versionProblems(source, `${label} version`),
  ];
}

function versionProblems({ package: name, version }: Fields, label: string): readonly string[] {
  if (typeof name !== "string" || !isAddress(name)) return text(exactVersion)(version, label);
  return version === undefined
    ? []
    : [`${label} must be omitted: the address of the package contains it`];
}

const connectorName = rules(notEmpty, (value) =>
  /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(value)
    ? undefined
    : `only letters, digits, "-", "_" and "." are allowed`,
);

const packageName = rules(notEmpty, (value) => {
  const problem = addressProblem(value);
  if (problem !== undefined || isAddress(value)) return problem;
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])?$/.test(value)
    ? undefined
    : "must be the name of a package without a version, or the address of one, such as git+https://github.com/acme/tap-erp@v1.9.0";
});

const exactVersion = rules(notEmpty, (value) =>
  /^[0-9][0-9A-Za-z.!+_-]*$/.test(value) ? undefined : `must be one exact version, such as "1.4.2"`,
);

function settingsProblems(
  definition: Fields,
  settings: Fields,
  at: string,
  configFrom: ConfigFrom,
): readonly string[] {
  const defaults = isFields(definition["defaults"]) ? definition["defaults"] : {};
  const required = Array.isArray(definition["required"])
    ? definition["required"].filter((name) => typeof name === "string")
    : [];
  const given = Object.keys(settings).filter((name) => settings[name] !== undefined);
  const missing =
    configFrom === "store"
      ? []
      : required.filter((name) => !given.includes(name) && defaults[name] === undefined);
  const own = given.flatMap((name) =>
    settingOf(definition, name, settings[name], at).map((text) => [name, text] as const),
  );
  // A setting of the wrong type is reported once.
  const wrong = new Set(own.map(([name]) => name));
  const fitting = given.filter((name) => !wrong.has(name)).map((name) => [name, settings[name]]);
  const schema = schemaProblems(definition, Object.fromEntries(fitting) as Fields);
  return [
    ...missing.map(
      (name) => `${at}: setting ${quote(name)} of ${connectorNameOf(definition)} is missing`,
    ),
    ...own.map(([, text]) => text),
    ...schema.map(({ path, text }) => `${at} setting ${quote(path)} ${text}`),
  ];
}

/** Problems of one setting by the name and type that its definition lists. */
function settingOf(
  definition: Fields,
  name: string,
  value: unknown,
  at: string,
): readonly string[] {
  const label = `${at} setting ${quote(name)}`;
  const known = isFields(definition["settings"])
    ? (definition["settings"] as { readonly [name: string]: SettingType })
    : undefined;
  if (!known) return jsonProblems(value, label);
  const type = Object.hasOwn(known, name) ? known[name] : undefined;
  if (type === undefined)
    return [
      `${label} is not a setting of ${connectorNameOf(definition)}${elsewhere(definition, name) ?? didYouMean(name, Object.keys(known))}`,
    ];
  return settingProblems(value, type, label);
}

/** What to do about a setting that only a similar connector has. */
function elsewhere({ settingsElsewhere: hints }: Fields, name: string): string | undefined {
  return isFields(hints) && typeof hints[name] === "string" ? `\n${hints[name]}` : undefined;
}

/**
 * A secret is valid for every type: its text is parsed as the setting's type. Messages do not
 * contain values.
 */
function settingProblems(value: unknown, type: SettingType, label: string): readonly string[] {
  if (isSecretReference(value)) return [];
  const expected = { string: "text", number: "a number", boolean: "true or false", json: "JSON" }[
    type
  ];
  const kind = typeof value === "bigint" ? "number" : typeof value;
  if (type !== "json" && kind !== type)
    return [`${label} must be ${expected}, not ${kindOf(value)}`];
  return jsonProblems(value, label);
}

function jsonBytes(settings: unknown): number {
  if (!isFields(settings) || jsonProblems(settings, "").length > 0) return 0;
  return Buffer.byteLength(stringifyJson(settings));
}

function example(kind: ConnectorKind): string {
  return kind === "tap" ? "tapPostgres({ … })" : "targetJsonl({})";
}
