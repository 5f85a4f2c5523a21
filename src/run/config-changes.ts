import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import {
  CONFIG_PARTS,
  deleteConfig,
  isConfigFile,
  listConfigs,
  readConfig,
  writeConfig,
  type ConfigPart,
} from "../store/configs";
import { placeAt, writeDurably } from "../store/folder-files";
import type { ConfigFile } from "../store/keys";
import type { ObjectStore } from "../store/object-store";

/** Result of putting a file into the store. */
export interface ConfigChange {
  readonly part: ConfigPart;
  /** Name of the file. */
  readonly file: ConfigFile;
  /** `same` means that the store already had the same content and nothing was written. */
  readonly change: "created" | "replaced" | "same";
  /** New size in bytes. */
  readonly bytes: number;
  /** Previous size in bytes; null if the file did not exist. */
  readonly bytesBefore: number | null;
}

/** Writes validated files to the store, skipping those with the same content. */
export async function putConfigs(
  store: ObjectStore,
  pipeline: string,
  texts: { readonly [Part in ConfigPart]?: string },
): Promise<readonly ConfigChange[]> {
  const changes: ConfigChange[] = [];
  for (const [part, text] of Object.entries(texts) as (readonly [ConfigPart, string])[]) {
    const file = CONFIG_PARTS[part];
    const before = await readConfig(store, pipeline, file);
    const change =
      before === undefined ? "created" : before.equals(Buffer.from(text)) ? "same" : "replaced";
    if (change !== "same") await writeConfig(store, pipeline, file, text);
    changes.push({
      part,
      file,
      change,
      bytes: Buffer.byteLength(text),
      bytesBefore: before?.length ?? null,
    });
  }
  return changes;
}

/**
 * Downloads the files that runs read into a folder that only its owner can read, because they may
 * contain secrets.
 *
 * @param force whether to overwrite existing files
 * @returns the names of the files
 * @throws UserError if the store has none, or, before anything is written, if a file exists
 */
export async function getConfigs(
  store: ObjectStore,
  pipeline: string,
  folder: string,
  force: boolean,
): Promise<readonly ConfigFile[]> {
  const files = (await listConfigs(store, pipeline)).map(({ file }) => file).filter(isConfigFile);
  if (files.length === 0) throw noFiles(pipeline);
  const existing = files.filter((file) => existsSync(join(folder, file)));
  if (existing.length > 0 && !force)
    throw new UserError(`${folder}: ${existing.join(", ")} already exists.`, {
      fix: "Choose another folder, or use --force to overwrite.",
    });
  makePrivate(folder);
  for (const file of files) {
    const body = await readConfig(store, pipeline, file);
    if (body) await placeAt(join(folder, file), (partial) => writeDurably(partial, body, 0o600));
  }
  return files;
}

/** Deletes a file from the store. @throws UserError if it does not exist. */
export async function removeConfig(
  store: ObjectStore,
  pipeline: string,
  part: ConfigPart,
): Promise<ConfigFile> {
  const file = CONFIG_PARTS[part];
  const files = (await listConfigs(store, pipeline)).map((one) => one.file);
  if (!files.includes(file))
    throw files.length === 0
      ? noFiles(pipeline)
      : new UserError(`"${pipeline}" has no ${file} in the store.`, {
          fix: `Choose one of its files: ${files.join(", ")}`,
        });
  await deleteConfig(store, pipeline, file);
  return file;
}

function noFiles(pipeline: string): UserError {
  return new UserError(`"${pipeline}" has no files in the store.`, {
    fix: ({ tapctl }) =>
      `Store them with: ${tapctl(`config put ${pipeline} --tap FILE --target FILE`)}`,
  });
}

/** Creates a folder that only its owner can read. An existing folder is not changed. */
function makePrivate(folder: string): void {
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o700);
  } catch (error) {
    throw new UserError(
      `${folder}: cannot be created (${(error as NodeJS.ErrnoException).code}).`,
      { fix: "Check that the folder above exists and is writable." },
    );
  }
}
