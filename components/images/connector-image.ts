import { join } from "node:path";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { CheckedSettings } from "../../src/settings/schema";
import type { ImageBuild } from "../../src/manifests/images/image";
import { buildEnvironment } from "../../src/manifests/images/buildx";
import { imageBuilder } from "../../src/manifests/images/image-builder";
import { registryOf, type ImageRegistry } from "./image-registry";
import { commandsFor } from "../../src/common/commands";
import { UserError } from "../../src/common/errors";
import type { ImageSigner } from "./image-signer";
import { PACKAGE_ROOT, packageFile } from "../../src/common/package";
import { fromProviders } from "../providers-folder";
import { stagePackage } from "../../src/manifests/images/stage-package";

/** Build options that all images share. */
export interface ImageBuilding {
  /** Settings of the registry, builder, package index and proxies. */
  readonly settings: Pick<CheckedSettings, "registry" | "images" | "proxy">;
  /** Secrets that the settings name. */
  readonly secrets: Secrets;
  /** Registry to push to. Default: the registry of the settings. */
  readonly registry?: ImageRegistry;
  /** PEM certificates that builds trust. Default: those of the base image. */
  readonly certificates?: string;
}

/** Arguments of {@link ConnectorImage}. */
export interface ConnectorImageArgs extends ImageBuilding {
  /** The image to build. */
  readonly build: ImageBuild;
  /** Signs the image after its push. Default: it is not signed. */
  readonly signer?: ImageSigner | undefined;
}

/**
 * A connector image, built on the machine that runs Pulumi and pushed. Pods refer to it by digest.
 */
export class ConnectorImage extends pulumi.ComponentResource {
  /** Reference with tag and digest, as pulled by pods. */
  readonly reference: pulumi.Output<string>;

  constructor(
    name: string,
    { build, signer, ...building }: ConnectorImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { signing } = building.settings.images;
    const inputs = {
      tag: build.tag,
      // For policies.
      ...(signer && { signed: true, attestations: signing?.attestations }),
    };
    super("tapctl:index:ConnectorImage", name, inputs, opts);
    const registry = building.registry ?? registryOf(building.settings.registry, building.secrets);
    // Kept: a run that started hours ago may still pull it.
    const image = new dockerBuild.Image(name, imageArgs(build, registry, building), {
      parent: this,
      retainOnDelete: true,
    });
    const pulled = pulumi.interpolate`${registry.pullRepository(build.repository)}:${build.tag}`;
    this.reference = pulumi.interpolate`${pulled}@${
      signer
        ? signedDigest(registry.repository(build.repository), image.digest, (pushed) =>
            signer(pushed, build),
          )
        : image.digest
    }`;
    this.registerOutputs({ reference: this.reference });
  }
}

/** The digest of a pushed image, known when the image is signed. A preview signs nothing. */
function signedDigest(
  repository: pulumi.Input<string>,
  digest: pulumi.Output<string>,
  sign: (image: string) => Promise<void>,
): pulumi.Output<string> {
  return pulumi.all([repository, digest]).apply(async ([pushed, known]) => {
    if (pulumi.runtime.isDryRun()) return known;
    try {
      await sign(`${pushed}@${known}`);
      return known;
    } catch (error) {
      throw error instanceof UserError
        ? lastingError(error.textWith(commandsFor({ stack: pulumi.getStack })))
        : error;
    }
  });
}

/**
 * An error of an output that is shown unchanged. Pulumi puts the names of properties before the
 * message of an error that reaches a resource, and prints its stack.
 * Source: @pulumi/pulumi v3.248.0, runtime/rpc.js, serializeFilteredProperties.
 */
function lastingError(text: string): Error {
  const error = new pulumi.RunError(text);
  error.stack = text;
  return Object.defineProperty(error, "message", { get: () => text, set: () => undefined });
}

function imageArgs(
  build: ImageBuild,
  registry: ImageRegistry,
  { settings, secrets, certificates, registry: ofStack }: ImageBuilding,
): dockerBuild.ImageArgs {
  const { images } = settings;
  const builder = imageBuilder(images, ofStack ? undefined : settings.registry.address);
  const repository = registry.repository(build.repository);
  const { CONNECTOR: connector, VERSION: version } = build.args;
  return {
    tags: [pulumi.interpolate`${repository}:${build.tag}`],
    push: true,
    // Otherwise every update would build.
    pull: false,
    platforms: images.platforms.map((platform) => platform as dockerBuild.Platform),
    // Dockerfile.dockerignore limits the context to what images are built from.
    context: {
      location: fromProviders(PACKAGE_ROOT),
      ...named(build),
    },
    dockerfile: { location: fromProviders(packageFile("images", "singer", "Dockerfile")) },
    ...(build.target !== undefined && { target: build.target }),
    buildArgs: { ...build.args, ...buildEnvironment(settings) },
    labels: {
      "org.opencontainers.image.title": connector ?? build.repository,
      ...(version !== undefined && { "org.opencontainers.image.version": version }),
    },
    buildOnPreview: images.buildOnPreview,
    exec: builder.exec,
    ...(builder.name !== undefined && { builder: { name: builder.name } }),
    ...(images.cache && builder.keepsLayers && layerCache(pulumi.interpolate`${repository}:cache`)),
    ...(registry.login && { registries: [registry.login] }),
    ...buildSecrets({
      ...(certificates !== undefined && { certificates }),
      ...gitToken(build.packageFrom, images.git.tokens, secrets),
    }),
    // The agent of this machine, for repositories by SSH.
    ...(usesAgent(build.packageFrom) && { ssh: [{ id: "default" }] }),
  };
}

/** Build secrets. They differ between machines and do not affect what is installed. */
function buildSecrets(
  secrets: NonNullable<dockerBuild.ImageArgs["secrets"]>,
): Pick<dockerBuild.ImageArgs, "secrets" | "ignoreSecretsInDiffCalculation"> {
  const names = Object.keys(secrets);
  return names.length === 0 ? {} : { secrets, ignoreSecretsInDiffCalculation: names };
}

/**
 * The token for the host of a repository, under the name that BuildKit reads it by.
 *
 * @throws UserError if the secret is not set.
 */
function gitToken(
  from: ImageBuild["packageFrom"],
  tokens: { readonly [host: string]: string },
  secrets: Secrets,
): { readonly [name: string]: pulumi.Output<string> } {
  if (from?.kind !== "git" || from.ssh) return {};
  const name = tokens[from.host];
  return name === undefined
    ? {}
    : { [`GIT_AUTH_TOKEN.${from.host}`]: requireSecret(secrets, name) };
}

function usesAgent(from: ImageBuild["packageFrom"]): boolean {
  return from?.kind === "git" && from.ssh;
}

/** Project folders that replace the Dockerfile stages of the same name. */
function named({
  projectContexts = [],
  packageFrom,
}: ImageBuild): Pick<dockerBuild.types.input.BuildContextArgs, "named"> {
  const folders = projectContexts.map((folder) => [folder, join("connectors", folder)] as const);
  const local =
    packageFrom?.kind === "local" ? ([["local", stagePackage(packageFrom)]] as const) : [];
  const all = [...folders, ...local].map(
    ([name, folder]) => [name, { location: fromProviders(folder) }] as const,
  );
  return all.length === 0 ? {} : { named: Object.fromEntries(all) };
}

/** Cache settings whose manifests and media types all registries support. */
function layerCache(
  ref: pulumi.Input<string>,
): Pick<dockerBuild.ImageArgs, "cacheFrom" | "cacheTo"> {
  return {
    cacheFrom: [{ registry: { ref } }],
    cacheTo: [{ registry: { ref, imageManifest: true, ociMediaTypes: true, mode: "max" } }],
  };
}
