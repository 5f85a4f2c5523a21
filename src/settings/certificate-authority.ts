import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";

/**
 * The PEM certificates that pods and builds trust; undefined if the settings name no file.
 *
 * @param file path relative to the project.
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @throws UserError if the file cannot be read.
 */
export function readCertificates(file: string, root = ""): string | undefined {
  if (file === "") return undefined;
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    throw new UserError(`tapctl:certificateAuthority: ${file} cannot be read.`, {
      fix: "Set it to a file of PEM certificates, relative to the project.",
    });
  }
}
