import { imageBuilder } from "./image-builder";
import { hostOf } from "../../common/registry/image-reference";
import { UserError } from "../../common/errors";
import type { ImagesSettings } from "../../settings/images";
import { capture } from "../../common/command";

/**
 * Checks that images can be built and pushed before anything changes.
 *
 * @param address of the registry, with or without a path; undefined if the stack creates it.
 * @throws UserError if there is no Docker engine, `docker buildx` is needed and missing, or the
 *   registry does not answer.
 */
export async function checkRegistry(
  images: ImagesSettings,
  address: string | undefined,
): Promise<void> {
  if (!capture("docker", ["version", "--format", "{{.Server.Version}}"]).ok)
    throw new UserError(
      "Docker builds the connector images, and `docker version` does not answer.",
      { fix: "Start Docker, or use ready images: tapctl:images.ready." },
    );
  if (imageBuilder(images, address).exec && !capture("docker", ["buildx", "version"]).ok)
    throw new UserError(
      "`docker buildx` builds the connector images, and this Docker has no such command.",
      {
        fix: "Install its plugin (https://github.com/docker/buildx), or use ready images: tapctl:images.ready.",
      },
    );
  if (address === undefined) return;
  const host = hostOf(address);
  const answered = await Promise.all(
    ["https", "http"].map((protocol) => answers(`${protocol}://${host}/v2/`)),
  );
  if (!answered.includes(true))
    throw new UserError(`The registry ${host} does not answer.`, {
      fix: "Set another one in tapctl:registry.address of the stack's configuration, Pulumi.dev.yaml.",
      exitCode: 1,
    });
}

/** Whether a registry answers. */
export async function answers(url: string, milliseconds = 10_000): Promise<boolean> {
  try {
    // 401 is an answer too; push-rights.ts checks the permission to push.
    return (await fetch(url, { signal: AbortSignal.timeout(milliseconds) })).status < 500;
  } catch {
    return false;
  }
}
