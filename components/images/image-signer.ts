import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../src/common/errors";
import { limitConcurrency } from "../../src/common/limit-concurrency";
import { mapConcurrent } from "../../src/common/map-concurrent";
import { requireCosign } from "../../src/common/registry/cosign";
import { ensureSigned, isSigned, type Statement } from "../../src/common/registry/sign-image";
import { imageSboms } from "../../src/common/registry/image-sbom";
import type { Login } from "../../src/common/registry/registry-token";
import type { BuildContext, ImageBuild } from "../../src/manifests/images/image";
import {
  builderOf,
  provenance,
  sourceOf,
  type Source,
} from "../../src/manifests/images/provenance";
import type { CheckedSettings } from "../../src/settings/schema";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import { readPublicKey } from "../../src/settings/public-key";
import { signatureFormat } from "../../src/settings/signing";
import type { ImageRegistry } from "./image-registry";

/** How many images are signed in parallel. */
const PARALLEL = 4;

/** Signs a built image after its push. Resolves when it has a valid signature and attestations. */
export type ImageSigner = (image: string, build: ImageBuild) => Promise<void>;

/** What a signer needs. */
export interface ImageSignerArgs {
  readonly settings: Pick<CheckedSettings, "images">;
  readonly secrets: Secrets;
  readonly registry: ImageRegistry;
  readonly context: Pick<BuildContext, "locks">;
}

/**
 * The signer of a stack's images; undefined if the settings have no key. It is not a resource: the
 * next update adds a missing signature, for example after an interrupted update, and neither the
 * key nor its password reaches the state.
 *
 * @throws UserError if a secret is not set or the public key cannot be read.
 */
export function imageSigner({
  settings: { images },
  secrets,
  registry,
  context,
}: ImageSignerArgs): ImageSigner | undefined {
  const { signing, platforms } = images;
  if (signing?.key === undefined) return undefined;
  const { key, password, transparencyLog, attestations } = signing;
  const publicKey = readPublicKey(signing);
  const keyText = key.includes("://") ? pulumi.output(key) : requireSecret(secrets, key);
  const passwordText =
    password === undefined ? pulumi.output("") : requireSecret(secrets, password);
  const limited = limitConcurrency(PARALLEL);
  // Three calls of git, only if an image lacks its provenance.
  let found: { readonly source: Source | undefined } | undefined;
  const source = () => (found ??= { source: sourceOf(process.cwd()) }).source;
  return (image, build) =>
    limited(async () => {
      const login = await loginOf(registry);
      const statements: { readonly [name in (typeof attestations)[number]]: Statement } = {
        sbom: {
          type: "cyclonedx",
          documents: async () => (await imageSboms(image, login)).map(({ text }) => text),
        },
        provenance: {
          type: "slsaprovenance1",
          documents: () =>
            Promise.resolve([
              provenance({
                build,
                platforms,
                locks: context.locks,
                source: source(),
                builder: builderOf(process.env),
              }),
            ]),
        },
      };
      const added = await ensureSigned(
        image,
        attestations.map((name) => statements[name]),
        {
          key: await valueOf(keyText),
          password: await valueOf(passwordText),
          publicKey,
          transparencyLog,
          format: signatureFormat(signing),
          login,
        },
      );
      if (added.length > 0) void pulumi.log.info(`signed ${image}: ${added.join(", ")}`);
    });
}

/**
 * Checks before anything is registered that images can be signed, and that the ready ones are.
 *
 * @param ready ready images of the array.
 * @throws UserError if cosign is missing, or with every image that has no signature of the key.
 */
export async function checkSigning(
  { images: { signing } }: Pick<CheckedSettings, "images">,
  ready: readonly string[],
): Promise<void> {
  if (signing === undefined) return;
  if (signing.key !== undefined && !pulumi.runtime.isDryRun()) await requireCosign();
  if (!signing.verifyReady) return;
  const { transparencyLog } = signing;
  const how = {
    publicKey: readPublicKey(signing),
    transparencyLog,
    format: signatureFormat(signing),
  };
  const signed = await mapConcurrent(PARALLEL, ready, (image) => isSigned(image, how));
  const unsigned = ready.filter((_, index) => !signed[index]);
  if (unsigned.length > 0)
    throw new UserError(
      unsigned
        .map((image) => `the image ${image} has no signature of the key ${signing.publicKey}`)
        .join("\n"),
      {
        fix: "Sign it with cosign sign, or set images.signing.verifyReady to false.",
        exitCode: 1,
      },
    );
}

async function loginOf({ login }: ImageRegistry): Promise<Login | undefined> {
  if (login === undefined) return undefined;
  const { username, password } = login;
  return {
    username: await valueOf(pulumi.output(username)),
    password: await valueOf(pulumi.output(password)),
  };
}

/** A value outside of the outputs, so that what depends on it does not become secret. */
function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply(resolve));
}
