import { readFileSync } from "node:fs";
import { UserError } from "../common/errors";

/**
 * The text of a file, `-` for standard input, without a byte order mark.
 *
 * @param named what the file is called in errors. Default: its name.
 * @throws UserError where it cannot be read or is not UTF-8.
 */
export function readText(file: string, named = file): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new UserError(`${named}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${named}: not UTF-8`);
  }
}
