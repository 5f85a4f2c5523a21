import { configKey, configPrefix, type ConfigFile } from "./keys";
import type { ObjectStore } from "./object-store";

/** What people put into the store for a pipeline with `configFrom: "store"`, by the word that names it. */
export type ConfigPart = "tap" | "target" | "catalog" | "state";

/** The file that holds each part. */
export const CONFIG_PARTS: { readonly [Part in ConfigPart]: ConfigFile } = {
  tap: "tap-config.json",
  target: "target-config.json",
  catalog: "catalog.json",
  state: "initial-state.json",
};

/** What each file says to a run. */
const MEANINGS: { readonly [File in ConfigFile]: string } = {
  "tap-config.json": "settings of the tap",
  "target-config.json": "settings of the target",
  "catalog.json": "catalog that the tap gets",
  "initial-state.json": "state to begin with, while none is saved",
  "tap-secrets.json": "paths of the tap's settings that logs mask",
  "target-secrets.json": "paths of the target's settings that logs mask",
  "select.json": "streams to take, while there is no catalog",
};

/** A file in a pipeline's folder of settings. */
export interface StoredConfig {
  /** Its name in the folder. */
  readonly file: string;
  /** What it says to a run; null for one that no run reads. */
  readonly meaning: string | null;
  /** Its size. */
  readonly bytes: number;
  /** When it was last written, in ISO 8601. */
  readonly modified: string;
}

/** Every file in a pipeline's folder of settings, those that no run reads as well. */
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

/** The parts without which no run can begin and that are not there. */
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

/** Puts a file there that only its owner may read, where the store knows such a thing. */
export function writeConfig(
  store: ObjectStore,
  pipeline: string,
  file: ConfigFile,
  text: string,
): Promise<void> {
  return store.put(configKey(pipeline, file), text, { private: true });
}

/** Takes a file away. */
export function deleteConfig(
  store: ObjectStore,
  pipeline: string,
  file: ConfigFile,
): Promise<void> {
  return store.delete(configKey(pipeline, file));
}
