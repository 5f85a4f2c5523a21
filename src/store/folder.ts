import { randomBytes } from "node:crypto";
import { readFile } from "node:fs";
import { readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { errorCode, folderError } from "./folder-errors";
import {
  copyDurably,
  inFolder,
  isSameFile,
  linkUnlessTaken,
  makeFolder,
  placeAt,
  removeEmptyFolders,
  sweep,
  walk,
  writeDurably,
} from "./folder-files";
import { checkKey, checkPrefix, ObjectStore, TEMPORARY } from "./object-store";

/**
 * The callback version: `fs/promises` takes three times the CPU time for small files, and a report
 * reads thousands.
 */
const readWhole = promisify(readFile);

/**
 * A folder as an object store: an object's key is its path. The first write creates the folder, so
 * that reading verbs leave no trace. Objects are written to `.tmp/` below it, synced and renamed;
 * what a killed process left there is removed after a day.
 * @param path the folder, relative to the working directory or absolute.
 */
export function openFolder(path: string): ObjectStore {
  const root = resolve(path);
  const pathOf = (key: string): string => join(root, checkKey(key));
  const folderOf = (prefix: string): string => join(root, checkPrefix(prefix));

  const place = placer(root, pathOf);

  return {
    url: path,
    localPath: pathOf,
    get: async (key) => ifPresent(root, `read ${pathOf(key)}`, () => readWhole(pathOf(key))),
    put: async (key, body, options) =>
      place(
        key,
        (file) => writeDurably(file, body, options?.private === true ? 0o600 : 0o666),
        rename,
      ),
    putIfAbsent: async (key, body) =>
      place(key, (file) => writeDurably(file, body, 0o666), linkUnlessTaken),
    delete: async (key) => {
      await ifPresent(root, `delete ${pathOf(key)}`, () => unlink(pathOf(key)));
      await removeEmptyFolders(root, dirname(pathOf(key)));
    },
    deleteFolder: async (prefix) => {
      const folder = folderOf(prefix);
      await explain(root, `delete ${folder}`, () => rm(folder, { recursive: true, force: true }));
      await removeEmptyFolders(root, dirname(folder));
    },
    list: async (prefix) => {
      const found = await ifPresent(root, `read ${folderOf(prefix)}`, () => walk(root, prefix));
      return [...(found ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    listFolders: async (prefix) => {
      const folder = folderOf(prefix);
      const entries = await ifPresent(root, `read ${folder}`, () =>
        readdir(folder, { withFileTypes: true }),
      );
      return (entries ?? [])
        .filter((entry) => entry.isDirectory() && entry.name !== TEMPORARY)
        .map((entry) => entry.name)
        .sort();
    },
    uploadFile: async (key, source) => {
      if (await isSameFile(source, pathOf(key))) {
        return;
      }
      await place(key, (file) => copyDurably(source, file), rename);
    },
    downloadFile: async (key, destination) => {
      const source = pathOf(key);
      const found = await ifPresent(root, `read ${source}`, () => stat(source));
      if (found === undefined || !found.isFile()) {
        return false;
      }
      await explain(root, `copy ${source} to ${destination}`, () =>
        placeAt(destination, (partial) => copyDurably(source, partial)),
      );
      return true;
    },
  };
}

/** Writes a file and gives it the name of a key with `name` (rename or link), all or nothing. */
type Place = <T>(
  key: string,
  fill: (file: string) => Promise<void>,
  name: (file: string, target: string) => Promise<T>,
) => Promise<T>;

/** Objects are written to a temporary file, synced, and then get their name. */
function placer(root: string, pathOf: (key: string) => string): Place {
  const temporary = join(root, TEMPORARY);
  let swept: Promise<void> | undefined;
  const temporaryPath = async (): Promise<string> => {
    await makeFolder(temporary);
    swept ??= sweep(temporary);
    await swept;
    return join(temporary, `${process.pid}-${randomBytes(6).toString("hex")}`);
  };
  return async (key, fill, name) => {
    const target = pathOf(key);
    return explain(root, `write ${target}`, async () => {
      const file = await temporaryPath();
      try {
        await fill(file);
        return await inFolder(dirname(target), () => name(file, target));
      } finally {
        await rm(file, { force: true });
      }
    });
  };
}

async function explain<T>(root: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw folderError(error, root, doing);
  }
}

/**
 * Like `explain`, but a missing object is undefined. A file in the place of a folder counts as
 * missing only below the root.
 */
async function ifPresent<T>(
  root: string,
  doing: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return explain(root, doing, async () => {
    try {
      return await work();
    } catch (error) {
      const code = errorCode(error);
      const rootIsUsable = async (): Promise<boolean> => (await stat(root)).isDirectory();
      if (
        code === "ENOENT" ||
        code === "EISDIR" ||
        (code === "ENOTDIR" && (await rootIsUsable()))
      ) {
        return undefined;
      }
      throw error;
    }
  });
}
