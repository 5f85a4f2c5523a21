import { UserError } from "../common/errors";

/** One object of a listing. */
export interface StoredObject {
  /** The whole key below the store's root, e.g. `runs/orders/20261123T081502Z-4f2a9c/tap.log`. */
  readonly key: string;
  /** Size in bytes. */
  readonly size: number;
  /** When it was last written, by the clock of the disk or of the S3 server. */
  readonly modified: Date;
}

/** Options of a write. */
export interface PutOptions {
  /**
   * True for an object that only its owner may read (a folder store: mode 0600). Default false: the
   * process's umask. An S3 bucket has no such mode, there its policy decides.
   */
  readonly private?: boolean;
}

/**
 * A place for objects by key: a folder or an S3 bucket, with the same keys in both.
 * Every method throws a `UserError` of one line when the place cannot be used. In a folder, one key
 * cannot be both an object and the beginning of another key (`a` and `a/b`).
 */
export interface ObjectStore {
  /**
   * For messages, and as a location for `openStore`: a path or `s3://bucket/prefix`, without
   * credentials.
   */
  readonly url: string;
  /** Content of an object in memory, for small objects; undefined if it does not exist. */
  get(key: string): Promise<Buffer | undefined>;
  /**
   * Writes or replaces an object atomically: readers see either the old or the new content, also
   * after a crash.
   */
  put(key: string, body: Buffer | string, options?: PutOptions): Promise<void>;
  /**
   * Creates an object atomically; returns false if the key exists. Of several concurrent callers,
   * one gets true.
   */
  putIfAbsent(key: string, body: Buffer | string): Promise<boolean>;
  /** Deletes an object. A missing object is not an error. */
  delete(key: string): Promise<void>;
  /** Deletes every object below a folder such as `runs/orders/20261123T081502Z-4f2a9c/`. */
  deleteFolder(prefix: string): Promise<void>;
  /** All objects below a folder (`""` or text ending in `/`), at any depth, sorted by key. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /**
   * Names one level below a folder that contain objects, sorted and without a slash: `["orders"]`
   * for `state/`.
   */
  listFolders(prefix: string): Promise<readonly string[]>;
  /**
   * Stores a local file of any size; does nothing if the file is the object. `signal` aborts it.
   */
  uploadFile(key: string, path: string, signal?: AbortSignal): Promise<void>;
  /** Copies an object to a local file atomically; returns false if the object does not exist. */
  downloadFile(key: string, path: string): Promise<boolean>;
  /** Path of the object on this machine, so that runners write it in place; undefined for S3. */
  localPath(key: string): string | undefined;
}

/** Prefix of temporary file names in a folder store; not allowed in keys. */
export const TEMPORARY = ".tmp";

/**
 * Rejects a key that would leave the store or differ between a folder and a bucket.
 * @throws UserError naming the key, e.g. `"../x" is not a key of the object store: ...`
 */
export function checkKey(key: string): string {
  const usable = (part: string): boolean =>
    part !== "" &&
    part !== "." &&
    part !== ".." &&
    part !== TEMPORARY &&
    !/[\0-\x1f\x7f\\]/.test(part);
  if (!key.split("/").every(usable)) {
    throw new UserError(`${JSON.stringify(key)} is not a key of the object store.`, {
      fix: `Join parts by "/"; none may be empty, ".", ".." or "${TEMPORARY}", or contain a backslash or control characters.`,
    });
  }
  return key;
}

/**
 * Rejects a prefix that is not a folder: `""` for the whole store, otherwise a key and a slash.
 * @throws UserError naming the prefix.
 */
export function checkPrefix(prefix: string): string {
  if (prefix === "") {
    return prefix;
  }
  if (!prefix.endsWith("/")) {
    throw new UserError(`${JSON.stringify(prefix)} is not a folder of the object store.`, {
      fix: 'End it with "/".',
    });
  }
  checkKey(prefix.slice(0, -1));
  return prefix;
}
