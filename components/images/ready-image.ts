import * as pulumi from "@pulumi/pulumi";
import type { PipelineEntry } from "../../src/model/define";
import { UserError } from "../../src/common/errors";
import type { Settings } from "../../src/settings/load-settings";
import { requireSecret } from "../../src/settings/secrets";
import { imageOrigins } from "../../src/manifests/images/image-builds";
import type { BuildContext, ReadyImages } from "../../src/manifests/images/image";
import { digestOf } from "../../src/common/registry/image-digest";
import { hostOf, parseImageReference } from "../../src/common/registry/image-reference";
import type { Login } from "../../src/common/registry/registry-token";

/** Image references with digest, by reference with tag. */
export type Digests = ReadonlyMap<string, string>;

/** The ready images of an array, with their digests where these are known. */
export function readyImages(
  entries: readonly PipelineEntry[],
  context: BuildContext,
  ready: ReadyImages,
  digests: Digests,
): readonly string[] {
  const images = imageOrigins(entries, context, ready).all.flatMap((origin) =>
    "ready" in origin ? [digests.get(origin.ready) ?? origin.ready] : [],
  );
  return [...new Set(images)].sort();
}

/**
 * Resolves ready images with a tag to their digests, in previews as well, so that a moved tag shows
 * there. Queries the registries directly before anything is registered; no plugin or Docker engine
 * is needed.
 *
 * @throws UserError with every image that cannot be resolved.
 */
export async function readyDigests(
  { images, registry, secrets }: Pick<Settings, "images" | "registry" | "secrets">,
  entries: readonly PipelineEntry[],
  context: BuildContext,
): Promise<Digests> {
  const { all } = imageOrigins(entries, context, images.ready);
  const byTag = [
    ...new Set(
      all.flatMap((origin) =>
        "ready" in origin && parseImageReference(origin.ready).digest === undefined
          ? [origin.ready]
          : [],
      ),
    ),
  ].sort();
  if (byTag.length === 0) return new Map();
  const { address, username, password } = registry;
  const login: Login | undefined =
    username === undefined || password === undefined
      ? undefined
      : { username, password: await valueOf(requireSecret(secrets, password)) };
  const found = await Promise.allSettled(
    byTag.map(
      async (image) =>
        [
          image,
          `${image}@${await digestOf(image, parseImageReference(image).host === hostOf(address) ? login : undefined)}`,
        ] as const,
    ),
  );
  const failed = found.flatMap((result, index) =>
    result.status === "rejected"
      ? [`ready image ${byTag[index]} cannot be resolved: ${messageOf(result.reason)}`]
      : [],
  );
  if (failed.length > 0)
    throw new UserError(failed.join("\n"), {
      fix: ({ onStack }) =>
        `Correct its name, or use its digest (name@sha256:...): ${onStack("pin")} prints the digests.`,
      exitCode: 1,
    });
  return new Map(found.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
}

function valueOf(secret: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => void secret.apply(resolve));
}

function messageOf(error: unknown): string {
  if (!(error instanceof UserError)) throw error;
  return error.problem;
}
