import { join } from "node:path";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../../src/settings/secrets";
import type { CheckedSettings } from "../../src/settings/schema";
import type { ImageBuild } from "../../src/manifests/images/image";
import { imageBuilder } from "../../src/manifests/images/image-builder";
import { registryOf, type ImageRegistry } from "./image-registry";
import { PACKAGE_ROOT, packageFile } from "../../src/common/package";
import { fromProviders } from "../providers-folder";

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
}

/**
 * A connector image, built on the machine that runs Pulumi and pushed. Pods refer to it by digest.
 */
export class ConnectorImage extends pulumi.ComponentResource {
  /** Reference with tag and digest, as pulled by pods. */
  readonly reference: pulumi.Output<string>;

  constructor(
    name: string,
    { build, ...building }: ConnectorImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ConnectorImage", name, { tag: build.tag }, opts);
    const registry = building.registry ?? registryOf(building.settings.registry, building.secrets);
    // Kept: a run that started hours ago may still pull it.
    const image = new dockerBuild.Image(name, imageArgs(build, registry, building), {
      parent: this,
      retainOnDelete: true,
    });
    this.reference = pulumi.interpolate`${registry.pullRepository(build.repository)}:${build.tag}@${image.digest}`;
    this.registerOutputs({ reference: this.reference });
  }
}

function imageArgs(
  build: ImageBuild,
  registry: ImageRegistry,
  { settings, certificates, registry: ofStack }: ImageBuilding,
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
      ...(build.projectContexts && { named: named(build.projectContexts) }),
    },
    dockerfile: { location: fromProviders(packageFile("images", "singer", "Dockerfile")) },
    ...(build.target !== undefined && { target: build.target }),
    buildArgs: { ...build.args, ...environmentArgs(settings) },
    labels: {
      "org.opencontainers.image.title": connector ?? build.repository,
      ...(version !== undefined && { "org.opencontainers.image.version": version }),
    },
    buildOnPreview: images.buildOnPreview,
    exec: builder.exec,
    ...(builder.name !== undefined && { builder: { name: builder.name } }),
    ...(images.cache && builder.keepsLayers && layerCache(pulumi.interpolate`${repository}:cache`)),
    ...(registry.login && { registries: [registry.login] }),
    // They differ between machines and do not affect what is installed.
    ...(certificates !== undefined && {
      secrets: { certificates },
      ignoreSecretsInDiffCalculation: ["certificates"],
    }),
  };
}

/** Project folders that replace the Dockerfile stages of the same name. */
function named(
  folders: readonly string[],
): NonNullable<dockerBuild.types.input.BuildContextArgs["named"]> {
  return Object.fromEntries(
    folders.map((folder) => [folder, { location: fromProviders(join("connectors", folder)) }]),
  );
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

function environmentArgs({ images: { pythonIndex }, proxy }: ImageBuilding["settings"]): {
  readonly [name: string]: string;
} {
  const values = {
    PIP_INDEX_URL: pythonIndex.url,
    PIP_EXTRA_INDEX_URL: pythonIndex.extraUrl,
    PIP_TRUSTED_HOST: pythonIndex.trustedHost,
    HTTP_PROXY: proxy.http,
    HTTPS_PROXY: proxy.https,
    NO_PROXY: proxy.none?.join(),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
