import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { type Verification, PRIVATE_KEY, PUBLIC_KEY, withCosign } from "./cosign";

/** Types of attestations, by cosign's names. */
export type PredicateType = "cyclonedx" | "slsaprovenance1";

/** A statement about an image. */
export interface Statement {
  readonly type: PredicateType;
  /** The documents, of which there may be one for each platform. */
  readonly documents: () => Promise<readonly string[]>;
}

/** How images are signed. */
export interface Signing extends Verification {
  /** PEM of the encrypted private key, or the URI of a key in a key management service. */
  readonly key: string;
  /** Password of the private key; empty for none. */
  readonly password: string;
}

/** Whether an image has a valid signature of the key. */
export async function isSigned(image: string, how: Verification): Promise<boolean> {
  return withCosign(image, how, {}, async (cosign) => {
    const { ok } = await cosign(["verify", ...verifyFlags(how), image]);
    return ok;
  });
}

/**
 * Signs an image and attests statements about it, unless it has a valid signature and valid
 * attestations of the key.
 *
 * @param image reference with digest.
 * @returns what was added: `signature` and types of attestations.
 * @throws UserError if cosign fails.
 */
export function ensureSigned(
  image: string,
  statements: readonly Statement[],
  signing: Signing,
): Promise<readonly string[]> {
  const { key, password } = signing;
  const inService = key.includes("://");
  const env = { COSIGN_PASSWORD: password, ...(!inService && { [PRIVATE_KEY]: key }) };
  return withCosign(image, signing, env, async (cosign, folder) => {
    const flags = [
      "--yes",
      ...servicesOf(signing, folder),
      "--key",
      inService ? key : `env://${PRIVATE_KEY}`,
    ];
    const must = async (args: readonly string[]): Promise<void> => {
      const { ok, error } = await cosign(args);
      if (!ok) throw failed(image, error);
    };
    const added: string[] = [];
    const valid = async (args: readonly string[]) =>
      (await cosign([...args, ...verifyFlags(signing), image])).ok;
    if (!(await valid(["verify"]))) {
      await must(["sign", ...flags, image]);
      added.push("signature");
    }
    for (const { type, documents } of statements) {
      if (await valid(["verify-attestation", "--type", type])) continue;
      for (const [index, text] of (await documents()).entries()) {
        const predicate = join(folder, `${type}-${index}.json`);
        writeFileSync(predicate, text);
        await must(["attest", ...flags, "--type", type, "--predicate", predicate, image]);
      }
      added.push(type);
    }
    // A private key that does not belong to the public key would be noticed by the cluster only.
    if (added.length > 0 && !(await valid(["verify"])))
      throw new UserError(
        `the signature of ${image} does not belong to the public key of images.signing.publicKey`,
        { fix: "Use the public key that belongs to images.signing.key.", exitCode: 1 },
      );
    return added;
  });
}

/** Which services a signature needs. */
function servicesOf({ transparencyLog, format }: Verification, folder: string): readonly string[] {
  if (format === "legacy")
    return [
      "--new-bundle-format=false",
      "--use-signing-config=false",
      ...(transparencyLog ? [] : ["--tlog-upload=false"]),
    ];
  return transparencyLog
    ? []
    : [
        "--signing-config",
        join(folder, "signing-config.json"),
        "--trusted-root",
        join(folder, "trusted-root.json"),
      ];
}

function verifyFlags({ transparencyLog, format }: Verification): readonly string[] {
  return [
    "--key",
    `env://${PUBLIC_KEY}`,
    ...(transparencyLog ? [] : ["--insecure-ignore-tlog"]),
    ...(format === "legacy" ? ["--new-bundle-format=false"] : []),
  ];
}

function failed(image: string, error: string): UserError {
  const reason =
    error
      .split("\n")
      .findLast((line) => line.startsWith("Error: "))
      ?.slice("Error: ".length) ?? error.trim();
  return new UserError(`the image ${image} cannot be signed: ${reason}`, {
    fix: /decrypt/.test(reason)
      ? "Correct the secrets of images.signing.key and images.signing.password."
      : "Fix the cause, then deploy again: images without a signature are signed then.",
    exitCode: 1,
  });
}
