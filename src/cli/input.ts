import { readFileSync } from "node:fs";
import { UserError } from "../common/errors";

/**
 * Reads a file as UTF-8 without a byte order mark; `-` is standard input.
 *
 * @param named the name of the file in errors. Default: its path.
 * @throws UserError if the file cannot be read or is not UTF-8.
 */
export function readText(file: string, named = file): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new UserError(`${named}: cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      fix: "Check the path and its permissions.",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${named}: is not UTF-8 text.`, { fix: "Save the file as UTF-8." });
  }
}
