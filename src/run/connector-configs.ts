import { settingsOf } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import { toJsonText, type JsonText } from "../common/json";
import type { Replication } from "../model/replication";
import { catalogRules, dataRules } from "../model/stream-rules";
import { CONFIG_PARTS, readConfig } from "../store/configs";
import { configKey, type ConfigFile } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { parseText, parseObject, PARTS_ARE, putCommand } from "./config-files";
import { resolveSecret, resolveSettings, type SecretLookup } from "./secrets";

/** Config of a connector. */
export interface ConnectorConfig {
  /** Settings with the values of secrets. */
  readonly config: JsonObject | JsonText;
  /**
   * Paths of the secrets in the settings, for masking logs. Undefined if unknown: settings with
   * names that suggest a secret are masked.
   */
  readonly secretPaths?: unknown;
}

/** Configs of a pipeline's connectors, from the array or from the store. */
export interface ConnectorConfigs {
  readonly tap: ConnectorConfig;
  readonly target: ConnectorConfig;
  /** Catalog of the tap, if one is in the store. */
  readonly catalog?: JsonText | undefined;
  /** Stream rules, used if there is no catalog. */
  readonly select?: unknown;
  /** Options of streams for the runner. */
  readonly rules?: unknown;
  /** Salt of masked values. */
  readonly maskSalt?: string;
  /** State to start from until the first state is saved. */
  readonly initialState?: JsonText | undefined;
}

/** Sources of configs. */
export interface ConfigSources {
  /** Opens the object store; called for pipelines with configs in the store. */
  readonly openStore: () => Promise<ObjectStore>;
  readonly secrets: SecretLookup;
  /** Settings that override the tap's config. Default: none. */
  readonly tapSettings?: JsonObject;
}

/**
 * Configs of a pipeline: from the array, or with `configFrom: "store"` from the store, as on a
 * cluster.
 *
 * @throws UserError if a secret is not set, or if a file is missing or not JSON.
 */
export async function connectorConfigs(
  entry: Replication,
  { openStore, secrets, tapSettings }: ConfigSources,
): Promise<ConnectorConfigs> {
  if (entry.configFrom === "store")
    return {
      ...(await storedConfigs(entry, await openStore(), tapSettings)),
      ...dataOptions(entry, secrets),
    };
  return {
    tap: resolveSettings(
      `"${entry.name}": tap`,
      { ...settingsOf(entry.tap), ...tapSettings },
      secrets,
    ),
    target: resolveSettings(`"${entry.name}": target`, settingsOf(entry.target), secrets),
    select: catalogRules(entry),
    ...dataOptions(entry, secrets),
    initialState: firstState(entry),
  };
}

function dataOptions(
  entry: Replication,
  secrets: SecretLookup,
): Pick<ConnectorConfigs, "rules" | "maskSalt"> {
  const { name, maskSalt } = entry;
  const rules = dataRules(entry);
  return {
    ...(rules && { rules }),
    ...(maskSalt && { maskSalt: resolveSecret(`"${name}": maskSalt`, maskSalt, secrets) }),
  };
}

function firstState({ name, initialState }: Replication): JsonText | undefined {
  return typeof initialState === "string"
    ? parseText(`"${name}": initialState`, initialState)
    : initialState && toJsonText(initialState);
}

async function storedConfigs(
  entry: Replication,
  store: ObjectStore,
  tapSettings: JsonObject = {},
): Promise<ConnectorConfigs> {
  const { name } = entry;
  const read = async <T>(
    file: ConfigFile,
    parse: (where: string, text: Buffer) => T,
  ): Promise<T | undefined> => {
    const body = await readConfig(store, name, file);
    return body && parse(`${configKey(name, file)} in ${store.url}`, body);
  };
  const connector = async (kind: "tap" | "target", more: JsonObject): Promise<ConnectorConfig> => {
    const config = await read(CONFIG_PARTS[kind], (where, text) =>
      parseObject(where, text, PARTS_ARE[kind]),
    );
    if (config === undefined)
      throw new UserError(`"${name}": ${CONFIG_PARTS[kind]} is missing in ${store.url}.`, {
        fix: (commands) => `Store it with: ${putCommand(commands, name, kind)}`,
      });
    const merged = Object.entries(more).reduce(
      (text, [setting, value]) => text.with(setting, toJsonText(value)),
      config,
    );
    return { config: merged, secretPaths: await read(`${kind}-secrets.json`, parseText) };
  };
  return {
    tap: await connector("tap", tapSettings),
    target: await connector("target", {}),
    catalog: await read(CONFIG_PARTS.catalog, parseText),
    select: catalogRules(entry) ?? (await read("select.json", parseText)),
    initialState: await read(CONFIG_PARTS.state, parseText),
  };
}
