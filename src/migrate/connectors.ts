import * as shipped from "../../connectors";
import type { ConnectorDefinition } from "../model/connector";
import { isSecretReference, type JsonObject, type SettingType } from "../model/connector-settings";
import type { Carried, LeftOver } from "./left-over";
import type { ResolvedPlugin } from "./plugins";
import type { Surroundings } from "./project";
import { saysWhere } from "../model/location";
import { packageSource, safeName } from "./package-source";
import { exactVersion, parseRequirements, type Requirement } from "./requirements";
import { definitionOf, fits, shippedFor } from "./shipped";
import { parseJson, stringifyJson } from "../common/json";

/** A connector in the generated file. */
export type ImportedConnector =
  /** A shipped connector, by the name of its function. */
  | { readonly kind: "shipped"; readonly identifier: string }
  /** A connector defined in the file: the arguments of `tap` or `target`. */
  | { readonly kind: "defined"; readonly identifier: string; readonly args: JsonObject };

/** Types of Meltano's setting kinds; all other kinds are strings. */
const KINDS: { readonly [kind: string]: SettingType } = {
  integer: "number",
  decimal: "number",
  boolean: "boolean",
  array: "json",
  object: "json",
};

/** Whether the plugin's tap is known to support a catalog. */
export function hasCatalog(plugin: ResolvedPlugin): boolean {
  return (
    plugin.capabilities.some((one) => one === "catalog" || one === "properties") ||
    shippedFor(plugin)?.identifier === "tapPostgresSdk"
  );
}

/**
 * The connector for a plugin: the shipped one if its types accept the settings, otherwise one
 * defined in the file.
 *
 * @param name of the plugin that defines the package: for a plugin that inherits, its parent.
 */
export function connectorFor(
  plugin: ResolvedPlugin,
  name: string,
  settings: JsonObject,
  { installed }: Surroundings,
): Carried<ImportedConnector> {
  const leftOver: LeftOver[] = [];
  const note = (text: string) =>
    void leftOver.push({ where: `${plugin.place} ${plugin.kind} ${plugin.name}`, text });
  const { packages, options } = parseRequirements(plugin.pipUrl ?? "");
  for (const option of options)
    note(
      `pip_url: option ${option} is not converted; configure package sources in pip and the image`,
    );
  const known = shippedFor(plugin);
  if (
    known?.bulk !== undefined &&
    !readsLog(plugin, settings) &&
    fits(definitionOf(known.bulk), settings)
  ) {
    note(
      `replaced by the bulk connector ${known.bulk}, which is faster; it keeps the state and the tables (docs/bulk-connectors.md)`,
    );
    return { value: { kind: "shipped", identifier: known.bulk }, leftOver };
  }
  if (known) noteVersion(known.definition, packages[0], note);
  const output = known?.definition.outputSetting;
  if (output !== undefined && output in settings)
    note(
      `setting ${JSON.stringify(output)}: on the cluster, files in a custom folder are lost; without this setting, each run stores its files`,
    );
  if (known && fits(known.definition, settings))
    return { value: { kind: "shipped", identifier: known.identifier }, leftOver };
  for (const [setting, type] of nonStringSecrets(plugin, known?.definition, settings)) {
    note(
      `setting ${JSON.stringify(setting)} is a ${type}, but secrets are strings: it is converted if the connector describes its settings (--about); otherwise add settings: { ${setting}: "${type}", ... } with all its settings to its definition`,
    );
  }
  const kind = plugin.kind === "loader" ? "target" : "tap";
  const identifier = camelCase(name.startsWith(kind) ? name : `${kind}-${name}`);
  // The shipped connector's name would shadow its import.
  const free = identifier in shipped || identifier === kind ? `${identifier}Imported` : identifier;
  if (known)
    return {
      value: { kind: "defined", identifier: free, args: looseArgs(known.definition, settings) },
      leftOver,
    };
  return {
    value: {
      kind: "defined",
      identifier: free,
      args: {
        name: safeName(name),
        ...packageSource(
          plugin,
          name,
          packages,
          installed[`${plugin.kind} ${plugin.name}`] ?? installed[`${plugin.kind} ${name}`] ?? [],
          note,
        ),
      },
    },
    leftOver,
  };
}

/** Whether a tap reads a database's log: the slot of a published tap does not fit a bulk one. */
function readsLog(plugin: ResolvedPlugin, settings: JsonObject): boolean {
  const methods = Object.values(plugin.metadata).map((one) => one["replication-method"]);
  return [settings["default_replication_method"], ...methods].includes("LOG_BASED");
}

/** Secrets in settings that are not strings, of a connector that is defined without types. */
function nonStringSecrets(
  plugin: ResolvedPlugin,
  known: ConnectorDefinition | undefined,
  settings: JsonObject,
): readonly (readonly [string, SettingType])[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const type =
      known?.settings?.[name] ??
      KINDS[plugin.settings.find((setting) => setting.name === name)?.kind ?? ""];
    return isSecretReference(value) && type !== undefined && type !== "string"
      ? [[name, type] as const]
      : [];
  });
}

function noteVersion(
  { source }: ConnectorDefinition,
  first: Requirement | undefined,
  note: (text: string) => void,
): void {
  if (!("version" in source) || !first) return;
  const wanted = first.kind === "index" ? exactVersion(first.versions) : first.version;
  if (wanted !== undefined && wanted !== source.version)
    note(`version ${wanted} is pinned, but the shipped connector uses ${source.version}`);
  else if (wanted === undefined && first.kind === "elsewhere")
    note(
      `it is installed from ${first.from}, but the shipped connector uses ${source.version} from the package index`,
    );
}

/**
 * A shipped connector's definition without setting types, so that it accepts any settings. Unknown
 * settings may be locations, e.g. `filepath` of an older target-duckdb.
 */
function looseArgs(
  {
    name,
    stateName,
    source,
    defaults,
    outputSetting,
    outputAliases,
    destination,
    location,
    settings: known = {},
  }: ConnectorDefinition,
  settings: JsonObject,
): JsonObject {
  const places = Object.keys(settings).filter(
    (setting) => !(setting in known) && saysWhere(setting),
  );
  const withPlaces = (names?: readonly string[]) => names && [...names, ...places];
  return parseJson(
    stringifyJson({
      name,
      stateName,
      ...source,
      defaults,
      outputSetting,
      outputAliases,
      destination: withPlaces(destination),
      location: withPlaces(location),
    }),
  ) as JsonObject;
}

function camelCase(name: string): string {
  const [first = "", ...rest] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return `${first}${rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`.replace(
    /^(?=\d)/,
    "_",
  );
}
