import { configKey, configPrefix, type ConfigFile } from "./keys";
import type { ObjectStore } from "./object-store";

/** Files that users store for a pipeline with `configFrom: "store"`, by the word for them. */
export type ConfigPart = "tap" | "target" | "catalog" | "state";

/** File name of each part. */
export const CONFIG_PARTS: { readonly [Part in ConfigPart]: ConfigFile } = {
  tap: "tap-config.json",
  target: "target-config.json",
  catalog: "catalog.json",
  state: "initial-state.json",
};

/** What a run uses each file for. */
const MEANINGS: { readonly [File in ConfigFile]: string } = {
  "tap-config.json": "settings of the tap",
  "target-config.json": "settings of the target",
  "catalog.json": "catalog that the tap gets",
  "initial-state.json": "state to start from, if none is saved",
  "tap-secrets.json": "paths of the tap's settings that logs mask",
  "target-secrets.json": "paths of the target's settings that logs mask",
  "select.json": "streams to take, while there is no catalog",
};

/** A file in a pipeline's config folder. */
export interface StoredConfig {
  /** Name in the folder. */
  readonly file: string;
  /** What a run uses it for; null if no run reads it. */
  readonly meaning: string | null;
  /** Size in bytes. */
  readonly bytes: number;
  /** Time of the last write, in ISO 8601. */
  readonly modified: string;
}

/** Lists the files in a pipeline's config folder, including files that no run reads. */
export async function listConfigs(
  store: ObjectStore,
  pipeline: string,
): Promise<readonly StoredConfig[]> {
  const prefix = configPrefix(pipeline);
  return (await store.list(prefix)).map(({ key, size, modified }) => {
    const file = key.slice(prefix.length);
    return {
      file,
      meaning: isConfigFile(file) ? MEANINGS[file] : null,
      bytes: size,
      modified: modified.toISOString(),
    };
  });
}

/** Whether runs read a file of this name. */
export function isConfigFile(file: string): file is ConfigFile {
  return Object.hasOwn(MEANINGS, file);
}

/** Required parts that are missing. */
export function missingParts(files: readonly { readonly file: string }[]): readonly ConfigPart[] {
  return (["tap", "target"] as const).filter(
    (part) => !files.some(({ file }) => file === CONFIG_PARTS[part]),
  );
}

/** The content of a part; undefined if it does not exist. */
export function readConfig(
  store: ObjectStore,
  pipeline: string,
  file: ConfigFile,
): Promise<Buffer | undefined> {
  return store.get(configKey(pipeline, file));
}

/** Writes a file that only its owner can read, if the store supports permissions. */
export function writeConfig(
  store: ObjectStore,
  pipeline: string,
  file: ConfigFile,
  text: string,
): Promise<void> {
  return store.put(configKey(pipeline, file), text, { private: true });
}

/** Deletes a file. */
export function deleteConfig(
  store: ObjectStore,
  pipeline: string,
  file: ConfigFile,
): Promise<void> {
  return store.delete(configKey(pipeline, file));
}
