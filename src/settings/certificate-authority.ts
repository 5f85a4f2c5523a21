import { readPem } from "./pem-file";

/**
 * The PEM certificates that pods and builds trust; undefined if the settings name no file.
 *
 * @param file path relative to the project.
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @throws UserError if the file cannot be read.
 */
export function readCertificates(file: string, root = ""): string | undefined {
  if (file === "") return undefined;
  const fix = "Set it to a file of PEM certificates, relative to the project.";
  return readPem({ setting: "certificateAuthority", file, root, fix });
}
