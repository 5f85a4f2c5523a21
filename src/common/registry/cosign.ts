import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors";
import { dockerConfigKey } from "./docker-login";
import { parseImageReference } from "./image-reference";
import type { Login } from "./registry-token";

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

/** Variables by which cosign gets keys: arguments of a process are visible to every user. */
export const PRIVATE_KEY = "TAPCTL_SIGNING_KEY";
/** The public key, in the same way. */
export const PUBLIC_KEY = "TAPCTL_PUBLIC_KEY";
/** Older versions do not have all of the flags. */
const MIN_VERSION = 3;
/** Without services, cosign contacts only the registry. */
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

interface Ended {
  readonly ok: boolean;
  readonly output: string;
  readonly error: string;
}

/** Runs cosign several times, with files that are removed afterwards. */
export async function withCosign<Result>(
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
