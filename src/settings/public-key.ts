import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../common/errors";
import type { SigningSettings } from "./signing";

/**
 * The PEM of the public key of signatures.
 *
 * @param root folder of the project. Default: the current folder, in which Pulumi starts a program.
 * @throws UserError if the file cannot be read.
 */
export function readPublicKey({ publicKey }: SigningSettings, root = ""): string {
  try {
    return readFileSync(join(root, publicKey), "utf8");
  } catch {
    throw new UserError(`tapctl:images.signing.publicKey: ${publicKey} cannot be read.`, {
      fix: "Set it to the file of the public key, such as cosign.pub, relative to the project.",
    });
  }
}
