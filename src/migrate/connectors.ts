import * as shipped from "../../connectors";
import type { ConnectorDefinition, PackageSource, Tap, Target } from "../model/connector";
import {
  isSecretReference,
  type Json,
  type JsonObject,
  type SettingType,
} from "../model/connector-settings";
import type { Carried, LeftOver } from "./left-over";
import type { ResolvedPlugin } from "./plugins";
import type { Surroundings } from "./project";
import { saysWhere } from "../model/location";
import { exactVersion, lowestVersion, parseRequirements, type Requirement } from "./requirements";
import { parseJson, stringifyJson } from "../common/json";

/** A connector in the generated file. */
export type ImportedConnector =
  /** A shipped connector, by the name of its function. */
  | { readonly kind: "shipped"; readonly identifier: string }
  /** A connector defined in the file: the arguments of `tap` or `target`. */
  | { readonly kind: "defined"; readonly identifier: string; readonly args: JsonObject };

/**
 * Shipped connectors, by their names on Meltano Hub and their packages. `bulk`: the connector that
 * replaces it if it has all settings that are used.
 */
const SHIPPED: readonly {
  readonly identifier: keyof typeof shipped;
  readonly bulk?: keyof typeof shipped;
  readonly plugin: string;
  readonly package: string;
  readonly repository: string;
}[] = [
  {
    identifier: "tapPostgresSdk",
    bulk: "tapPostgres",
    plugin: "tap-postgres",
    package: "meltanolabs-tap-postgres",
    repository: "meltanolabs/tap-postgres",
  },
  {
    identifier: "tapRestApi",
    plugin: "tap-rest-api-msdk",
    package: "tap-rest-api-msdk",
    repository: "widen/tap-rest-api-msdk",
  },
  {
    identifier: "tapExchangeRatesApi",
    plugin: "tap-exchangeratesapi",
    package: "tap-exchangeratesapi",
    repository: "singer-io/tap-exchangeratesapi",
  },
  {
    identifier: "targetCsv",
    plugin: "target-csv",
    package: "meltanolabs-target-csv",
    repository: "meltanolabs/target-csv",
  },
  {
    identifier: "targetCsvClassic",
    plugin: "target-csv",
    package: "target-csv",
    repository: "singer-io/target-csv",
  },
  {
    identifier: "targetDuckdbSdk",
    bulk: "targetDuckdb",
    plugin: "target-duckdb",
    package: "target-duckdb",
    repository: "jwills/target-duckdb",
  },
  {
    identifier: "targetJsonl",
    plugin: "target-jsonl",
    package: "target-jsonl",
    repository: "andyh1203/target-jsonl",
  },
  {
    identifier: "targetPostgresSdk",
    bulk: "targetPostgres",
    plugin: "target-postgres",
    package: "meltanolabs-target-postgres",
    repository: "meltanolabs/target-postgres",
  },
];

/** Settings that only accept these strings; others would not compile. */
const WORDS: { readonly [setting: string]: readonly string[] } = {
  load_method: ["append-only", "upsert", "overwrite"],
  default_replication_method: ["FULL_TABLE", "INCREMENTAL", "LOG_BASED"],
  auth_method: ["no_auth", "api_key", "basic", "bearer_token", "oauth", "aws"],
  ssl_mode: ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
};

/** Settings that are lists of strings; other settings with several values have their own types. */
const LISTS = new Set(["filter_schemas", "primary_keys", "except_keys"]);

/** Settings that hold any object. */
const OBJECTS = new Set(["stream_maps", "stream_map_config", "params", "headers", "settings"]);

/** Settings of shipped connectors that only accept certain strings, not listed here. */
const UNLISTED_WORDS = new Set([
  "pagination_request_style",
  "pagination_response_style",
  "backoff_type",
  "overwrite_behavior",
]);

/** Settings of a stream of tap-rest-api-msdk. */
const STREAM_SETTINGS = new Set([
  "path",
  "params",
  "headers",
  "records_path",
  "primary_keys",
  "replication_key",
  "except_keys",
  "num_inference_records",
  "source_search_field",
  "source_search_query",
  "start_date",
]);

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
  if (known?.bulk !== undefined && fits(definitionOf(known.bulk), settings)) {
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
        ...sourceArgs(
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

function shippedFor(plugin: ResolvedPlugin):
  | {
      readonly identifier: keyof typeof shipped;
      readonly bulk?: keyof typeof shipped;
      readonly definition: ConnectorDefinition;
    }
  | undefined {
  const [first] = parseRequirements(plugin.pipUrl ?? "").packages;
  const found = SHIPPED.find((one) => {
    if (first?.kind === "index") return one.package === normal(first.name);
    if (first?.kind === "elsewhere")
      return new RegExp(`[/:]${one.repository}(?:\\.git)?(?:[@#]|$)`, "i").test(first.from);
    // Without a pip_url, it comes from the Hub, identified by name and variant.
    return (
      (plugin.inheritFrom ?? plugin.name) === one.plugin &&
      plugin.variant?.toLowerCase() === one.repository.split("/")[0]
    );
  });
  return found && { ...found, definition: definitionOf(found.identifier) };
}

function definitionOf(identifier: keyof typeof shipped): ConnectorDefinition {
  return (shipped[identifier] as (settings: JsonObject) => Tap | Target)({}).connector;
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
 * Whether the types of a shipped connector accept the settings, as far as known here. If not, any
 * JSON is accepted.
 */
function fits(
  { settings: types = {}, required = [] }: ConnectorDefinition,
  settings: JsonObject,
): boolean {
  return (
    required.every((name) => name in settings) &&
    Object.entries(settings).every(([name, value]) => fitsType(types, name, value))
  );
}

function fitsType(
  types: { readonly [name: string]: SettingType },
  name: string,
  value: Json,
): boolean {
  const type = types[name];
  if (type === undefined || isSecretReference(value)) return type !== undefined;
  if (typeof value === "string")
    return type === "string" && (WORDS[name]?.includes(value) ?? true) && !UNLISTED_WORDS.has(name);
  if (type !== "json") return typeof value === type;
  if (LISTS.has(name)) return isTextList(value);
  if (name === "streams")
    return Array.isArray(value) && value.every((item: Json) => isDeclaredStream(types, item));
  return (
    OBJECTS.has(name) &&
    isRecord(value) &&
    Object.values(value).every(
      (item) => typeof item === "string" || (name === "params" && typeof item !== "object"),
    )
  );
}

/**
 * Whether a stream of tap-rest-api-msdk has a name, and otherwise only settings that also exist for
 * all streams.
 */
function isDeclaredStream(types: { readonly [name: string]: SettingType }, item: Json): boolean {
  return (
    isRecord(item) &&
    typeof item["name"] === "string" &&
    Object.entries(item).every(
      ([name, value]) =>
        name === "name" || (STREAM_SETTINGS.has(name) && fitsType(types, name, value)),
    )
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

function sourceArgs(
  plugin: ResolvedPlugin,
  name: string,
  [first, ...more]: readonly Requirement[],
  installed: readonly { readonly package: string; readonly version: string }[],
  note: (text: string) => void,
): JsonObject {
  const packageName = first?.name || name;
  const extraPackages = more.flatMap((one) =>
    one.kind === "index" ? [`${one.name}${one.versions}`] : [],
  );
  for (const one of more)
    if (one.kind === "elsewhere")
      note(`pip_url: ${one.from} is not converted; only packages from an index are supported`);
  if (plugin.executable?.includes("/"))
    note(
      `executable ${plugin.executable} is a file of the project; only commands installed by the package are supported`,
    );
  const executable = plugin.executable?.includes("/")
    ? undefined
    : (plugin.executable ?? (safeName(name) === name ? undefined : name));
  return {
    package: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])?$/.test(packageName)
      ? packageName
      : safeName(name),
    version: versionOf(
      first,
      installed.find((one) => normal(one.package) === normal(packageName))?.version,
      note,
    ),
    ...(executable !== undefined && executable !== safeName(name) && { executable }),
    ...(extraPackages.length > 0 && { extraPackages }),
  } satisfies Pick<PackageSource, "package" | "version"> & JsonObject;
}

/**
 * Returns an exact version, which is required; `0` if unknown, so that nothing is installed by
 * mistake.
 */
function versionOf(
  first: Requirement | undefined,
  installed: string | undefined,
  note: (text: string) => void,
): string {
  if (first?.kind === "elsewhere") {
    const found = first.version ?? installed;
    note(
      `it is installed from ${first.from}, which is not converted: set package to its address and leave out version${found === undefined ? "; replace the placeholder version 0" : ""}`,
    );
    return found ?? "0";
  }
  const exact = first && exactVersion(first.versions);
  if (exact !== undefined) return exact;
  if (installed !== undefined) return installed;
  const lowest = first && lowestVersion(first.versions);
  note(
    `pip_url has no exact version${lowest === undefined ? ": replace the placeholder version 0" : `: ${lowest} is the lowest of ${first?.versions ?? ""}`}; \`pip list\` in the environment of \`meltano invoke\` shows the installed one`,
  );
  return lowest ?? "0";
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextList(value: Json): boolean {
  return Array.isArray(value) && value.every((item: Json) => typeof item === "string");
}

function safeName(name: string): string {
  return (
    name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") ||
    "connector"
  );
}

function camelCase(name: string): string {
  const [first = "", ...rest] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return `${first}${rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`.replace(
    /^(?=\d)/,
    "_",
  );
}

function normal(name: string): string {
  return name
    .replace(/\[.*$/, "")
    .toLowerCase()
    .replace(/[._-]+/g, "-");
}
