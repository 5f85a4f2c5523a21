import * as shipped from "../../connectors";
import type { ConnectorDefinition, Tap, Target } from "../model/connector";
import {
  isSecretReference,
  type Json,
  type JsonObject,
  type SettingType,
} from "../model/connector-settings";
import type { ResolvedPlugin } from "./plugins";
import { normalName, parseRequirements } from "./requirements";

/** Name of the function of a shipped connector. */
export type ShippedName = keyof typeof shipped;

/** A shipped connector that a plugin is. */
export interface Shipped {
  readonly identifier: ShippedName;
  /** The connector that replaces it if it has all settings that are used. */
  readonly bulk?: ShippedName;
  readonly definition: ConnectorDefinition;
}

/**
 * Shipped connectors, by their names on Meltano Hub and their packages. `bulk`: see
 * {@link Shipped}.
 */
const SHIPPED: readonly {
  readonly identifier: ShippedName;
  readonly bulk?: ShippedName;
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

/** The shipped connector for a plugin, by its package or by its name and variant on Meltano Hub. */
export function shippedFor(plugin: ResolvedPlugin): Shipped | undefined {
  const [first] = parseRequirements(plugin.pipUrl ?? "").packages;
  const found = SHIPPED.find((one) => {
    if (first?.kind === "index") return one.package === normalName(first.name);
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

/** Definition of a shipped connector. */
export function definitionOf(identifier: ShippedName): ConnectorDefinition {
  return (shipped[identifier] as (settings: JsonObject) => Tap | Target)({}).connector;
}

/**
 * Whether the types of a shipped connector accept the settings, as far as known here. If not, any
 * JSON is accepted.
 */
export function fits(
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

function isRecord(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextList(value: Json): boolean {
  return Array.isArray(value) && value.every((item: Json) => typeof item === "string");
}
