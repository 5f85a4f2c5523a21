import { readFileSync } from "node:fs";
import { UserError } from "../errors";

/** The text of a file, `-` for standard input. @throws UserError where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
