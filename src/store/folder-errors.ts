import { statSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../common/errors";

/** The system's code of an error such as `ENOENT`; undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** Whether an error comes from the file system. */
export const isFileError = (error: unknown): boolean =>
  /^(ENOENT|EEXIST|ENOTDIR|EISDIR|EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EMFILE|ENFILE|ENAMETOOLONG|EIO)$/.test(
    errorCode(error) ?? "",
  );

/**
 * Converts an error in a folder store to a UserError.
 * @param root the store's folder.
 * @param doing what failed, e.g. `write /data/store/state/orders/state.json`.
 */
export function folderError(error: unknown, root: string, doing: string): UserError {
  if (error instanceof UserError) {
    return error;
  }
  const code = errorCode(error);
  const file = fileOnTheWay(root);
  if (file !== undefined) {
    return new UserError(`Cannot use ${root} as the object store: ${file} is a file.`, {
      fix: "Choose a folder.",
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    const why = code === "EROFS" ? "the disk is read-only" : "permission denied";
    return new UserError(`Cannot ${doing}: ${why}.`, {
      fix: "Choose a folder that you can read and write.",
      exitCode: 1,
    });
  }
  if (code === "ENOSPC" || code === "EDQUOT") {
    const what = code === "EDQUOT" ? "your disk quota is used up" : "the disk is full";
    return new UserError(`Cannot ${doing}: ${what}.`, {
      fix: "Free some space, or choose a folder on another disk.",
      exitCode: 1,
    });
  }
  if (code === "EXDEV") {
    return new UserError(`Cannot ${doing}: it is on another disk than ${root}.`, {
      fix: "Keep the whole object store on one disk.",
      exitCode: 1,
    });
  }
  return new UserError(
    `Cannot ${doing}: ${error instanceof Error ? error.message : String(error)}`,
    1,
  );
}

/** The first existing one of a path and the folders above it, if it is not a folder. */
function fileOnTheWay(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : path;
  } catch (error) {
    const absent = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
    return absent && dirname(path) !== path ? fileOnTheWay(dirname(path)) : undefined;
  }
}
