import { constants } from "node:fs";
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { errorCode } from "./folder-errors";
import { StoredObject, TEMPORARY } from "./object-store";

const ABANDONED_MS = 24 * 3600 * 1000;

/** Writes a new file and syncs it to disk. */
export async function writeDurably(
  file: string,
  body: Buffer | string,
  mode: number,
): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies to a new file (a clone if the file system supports it) and syncs it to disk. */
export async function copyDurably(source: string, file: string): Promise<void> {
  await copyFile(source, file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await sync(file);
}

/** Syncs a file, or the names in a folder, to disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives a file a second name unless it exists: link(2) fails then, while rename would replace it.
 */
export async function linkUnlessTaken(file: string, target: string): Promise<boolean> {
  try {
    await link(file, target);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/**
 * Creates a folder and its parents. `mkdir` with `recursive` is not used: in Node 20 it never
 * returns if the system answers ENOENT for a folder whose parent exists, as below /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) {
      throw error;
    }
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" || !(await stat(path)).isDirectory()) {
      throw error;
    }
  }
}

/**
 * Creates a name in a folder and syncs the folder. The folder is recreated if another process
 * removed it as empty in between.
 */
export async function inFolder<T>(folder: string, name: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await makeFolder(folder);
      const named = await name();
      await sync(folder);
      return named;
    } catch (error) {
      if (errorCode(error) !== "ENOENT" || attempt === 10) {
        throw error;
      }
    }
  }
}

/**
 * Writes a file next to its destination and renames it, so that the destination is complete or
 * absent.
 */
export async function placeAt(
  destination: string,
  fill: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${destination}${TEMPORARY}-${process.pid}-${randomBytes(3).toString("hex")}`;
  await makeFolder(dirname(destination));
  try {
    await fill(partial);
    await rename(partial, destination);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Whether two paths refer to the same existing file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [a, b].map((path) => realpath(path).catch(() => undefined)),
  );
  return first !== undefined && first === second;
}

/**
 * All files below `root/prefix`, by path relative to the root. Files deleted meanwhile are skipped.
 */
export async function walk(root: string, prefix: string): Promise<readonly StoredObject[]> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true }).catch(emptyIfAbsent);
  const found: StoredObject[] = [];
  for (const entry of entries) {
    const key = prefix + entry.name;
    if (entry.name === TEMPORARY) {
      continue;
    }
    if (entry.isDirectory()) {
      found.push(...(await walk(root, `${key}/`)));
      continue;
    }
    const [info] = await stat(join(root, key)).then((value) => [value], emptyIfAbsent);
    if (info?.isFile() === true) {
      found.push({ key, size: info.size, modified: info.mtime });
    }
  }
  return found;
}

/** Removes temporary files of killed processes. */
export async function sweep(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const file = join(temporary, name);
    const [info] = await stat(file).then((value) => [value], emptyIfAbsent);
    if (info !== undefined && Date.now() - info.mtimeMs > ABANDONED_MS) {
      await rm(file, { force: true });
    }
  }
}

/**
 * Removes a folder and its parents up to the root if they are empty: a bucket has no empty folders.
 */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let path = folder; path.startsWith(join(root, "/")); path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") {
        return;
      }
    }
  }
}

function emptyIfAbsent(error: unknown): never[] {
  if (errorCode(error) === "ENOENT") {
    return [];
  }
  throw error;
}
