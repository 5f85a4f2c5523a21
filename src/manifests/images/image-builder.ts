import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ImagesSettings } from "../../settings/images";
import { hostOf, isLocalRegistry } from "../../common/registry/image-reference";

/** What builds the images. */
export interface ImageBuilder {
  /** Whether the `docker buildx` command does it, and not the provider's own client. */
  readonly exec: boolean;
  /** Name of the buildx builder. Default: one that the provider finds, or makes in a container. */
  readonly name?: string;
  /** Whether it can keep layers in the registry. */
  readonly keepsLayers: boolean;
}

/**
 * What builds the images of some settings. To a builder in a container, `localhost` is that container: images for a registry
 * on this machine are built by the Docker engine itself, whose builder only the command can use and has the name of the
 * engine's context. It keeps its layers, and older engines can put none into a registry.
 * Source: pulumi-docker-build v0.0.22, provider/internal/host.go; buildx v0.35.0, builder/builder.go.
 *
 * @param registry address of the registry; undefined for one that the stack makes.
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

/** Name of the context that Docker's commands use, by the rules of docker/cli v29, cli/command/cli.go. */
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
