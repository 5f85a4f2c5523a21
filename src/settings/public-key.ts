import { readPem } from "./pem-file";
import type { SigningSettings } from "./signing";

/**
 * The PEM of the public key of signatures.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @throws UserError if the file cannot be read.
 */
export function readPublicKey({ publicKey: file }: SigningSettings, root = ""): string {
  const fix = "Set it to the file of the public key, such as cosign.pub, relative to the project.";
  return readPem({ setting: "images.signing.publicKey", file, root, fix });
}
