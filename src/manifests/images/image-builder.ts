import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ImagesSettings } from "../../settings/images";
import { hostOf, isLocalRegistry } from "../../common/registry/image-reference";

/** How images are built. */
export interface ImageBuilder {
  /** Whether to use the `docker buildx` command instead of the provider's own client. */
  readonly exec: boolean;
  /** Name of the buildx builder. Default: the provider finds one or creates one in a container. */
  readonly name?: string;
  /** Whether the builder can store its cache in the registry. */
  readonly keepsLayers: boolean;
}

/**
 * Chooses the image builder. For a builder in a container, `localhost` is that container. Images
 * for a registry on this machine are therefore built by the Docker engine, whose builder is only
 * available to the command and has the name of the engine's context. It has its own cache, and
 * older engines cannot export a cache to a registry.
 * Source: pulumi-docker-build v0.0.22, provider/internal/host.go; buildx v0.35.0,
 * builder/builder.go.
 *
 * @param registry address of the registry; undefined if the stack creates it.
 */
export function imageBuilder(
  { exec, builder }: Pick<ImagesSettings, "exec" | "builder">,
  registry: string | undefined,
  context: () => string = dockerContext,
): ImageBuilder {
  if (builder !== undefined) return { exec, name: builder, keepsLayers: true };
  if (registry === undefined || !isLocalRegistry(hostOf(registry)))
    return { exec, keepsLayers: true };
  return { exec: true, name: context(), keepsLayers: false };
}

/** Name of the current Docker context, by the rules of docker/cli v29, cli/command/cli.go. */
export function dockerContext(env: NodeJS.ProcessEnv = process.env): string {
  if (env["DOCKER_HOST"]) return "default";
  return (
    env["DOCKER_CONTEXT"] ||
    configuredContext(join(env["DOCKER_CONFIG"] || join(homedir(), ".docker"), "config.json")) ||
    "default"
  );
}

function configuredContext(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly currentContext?: string })
      .currentContext;
  } catch {
    return undefined;
  }
}
