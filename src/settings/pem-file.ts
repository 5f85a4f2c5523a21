import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";

/** A setting that names a PEM file. */
export interface PemSetting {
  /** Name of the setting, such as `certificateAuthority`. */
  readonly setting: string;
  /** Path relative to the project. */
  readonly file: string;
  /** Folder of the project; "" for the current folder, in which Pulumi starts a program. */
  readonly root: string;
  /** What to set it to. */
  readonly fix: string;
}

/** The content of the file. @throws UserError if it cannot be read. */
export function readPem({ setting, file, root, fix }: PemSetting): string {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    throw new UserError(`tapctl:${setting}: ${file} cannot be read.`, { fix });
  }
}
