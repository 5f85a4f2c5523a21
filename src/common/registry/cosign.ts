import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors";
import { dockerConfigKey } from "./docker-login";
import { parseImageReference } from "./image-reference";
import type { Login } from "./registry-token";

/** Types of attestations, by cosign's names. */
export type PredicateType = "cyclonedx" | "slsaprovenance1";

/** A statement about an image. */
export interface Statement {
  readonly type: PredicateType;
  /** The documents, of which there may be one for each platform. */
  readonly documents: () => Promise<readonly string[]>;
}

/** How signatures are verified. */
export interface Verification {
  /** PEM of the public key. */
  readonly publicKey: string;
  /** Whether they must be in the public transparency log. */
  readonly transparencyLog: boolean;
  /** How they are stored: as bundles, or as cosign did before version 3. */
  readonly format: "bundle" | "legacy";
  /** User of the registry. Default: the login of the Docker client. */
  readonly login?: Login | undefined;
}

/** How signatures are made. */
export interface Signing extends Verification {
  /** PEM of the encrypted private key, or the URI of a key in a key management service. */
  readonly key: string;
  /** Password of the private key; empty for none. */
  readonly password: string;
}

/** Variables by which cosign gets keys: arguments of a process are visible to every user. */
const PRIVATE_KEY = "TAPCTL_SIGNING_KEY";
const PUBLIC_KEY = "TAPCTL_PUBLIC_KEY";
/** Older versions do not have all of the flags. */
const MIN_VERSION = 3;
/** Without services, cosign contacts nothing but the registry. */
const NO_SERVICES = {
  "signing-config.json": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  "trusted-root.json": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
};

/**
 * Checks that cosign is installed in a suitable version.
 *
 * @throws UserError if it is not.
 */
export async function requireCosign(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { output } = await run(["version"], env);
  const [, version] = /GitVersion:\s*v(\d+)\./.exec(output) ?? [];
  if (version !== undefined && Number(version) < MIN_VERSION)
    throw new UserError(`cosign ${version} is too old to sign images`, {
      fix: `Install cosign ${MIN_VERSION} or newer: https://docs.sigstore.dev/cosign/system_config/installation/`,
      exitCode: 1,
    });
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

interface Ended {
  readonly ok: boolean;
  readonly output: string;
  readonly error: string;
}

/** Runs cosign several times, with files that are removed afterwards. */
async function withCosign<Result>(
  image: string,
  { publicKey, login }: Verification,
  env: NodeJS.ProcessEnv,
  work: (cosign: (args: readonly string[]) => Promise<Ended>, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-sign-"));
  try {
    for (const [file, mediaType] of Object.entries(NO_SERVICES))
      writeFileSync(join(folder, file), JSON.stringify({ mediaType }));
    if (login)
      writeFileSync(join(folder, "config.json"), dockerConfig(image, login), { mode: 0o600 });
    const all = {
      ...process.env,
      ...(login && { DOCKER_CONFIG: folder }),
      [PUBLIC_KEY]: publicKey,
      ...env,
    };
    return await work((args) => run(args, all), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function dockerConfig(image: string, { username, password }: Login): string {
  const { host } = parseImageReference(image);
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [dockerConfigKey(host)]: { auth } } });
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) =>
    execFile("cosign", args, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      error !== null && error.code === "ENOENT"
        ? reject(
            new UserError("cosign, which signs and verifies images, is not installed", {
              fix: "Install it (https://docs.sigstore.dev/cosign/system_config/installation/), or remove images.signing from the settings.",
              exitCode: 1,
            }),
          )
        : resolve({ ok: error === null, output: stdout, error: stderr }),
    ),
  );
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
