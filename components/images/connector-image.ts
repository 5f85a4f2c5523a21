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

/** How images are built, for all of them alike. */
export interface ImageBuilding {
  /** Registry, builder, package index and proxies. */
  readonly settings: Pick<CheckedSettings, "registry" | "images" | "proxy">;
  /** Values of the secrets that the settings name. */
  readonly secrets: Secrets;
  /** Where images go. Default: the registry of the settings. */
  readonly registry?: ImageRegistry;
  /** Certificates in PEM that a build trusts. Default: those of the base image. */
  readonly certificates?: string;
}

/** Arguments of {@link ConnectorImage}. */
export interface ConnectorImageArgs extends ImageBuilding {
  /** What is built. */
  readonly build: ImageBuild;
}

/** An image of this project, built where the program runs and pushed; pods refer to it by its digest. */
export class ConnectorImage extends pulumi.ComponentResource {
  /** Reference with tag and digest, as pods pull it. */
  readonly reference: pulumi.Output<string>;

  constructor(
    name: string,
    { build, ...building }: ConnectorImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ConnectorImage", name, { tag: build.tag }, opts);
    const registry = building.registry ?? registryOf(building.settings.registry, building.secrets);
    // A run that is hours old may still pull it.
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
    // Otherwise every up would build.
    pull: false,
    platforms: images.platforms.map((platform) => platform as dockerBuild.Platform),
    // Dockerfile.dockerignore leaves in it what images are built from.
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
    // They differ from machine to machine, and what was installed with others is the same.
    ...(certificates !== undefined && {
      secrets: { certificates },
      ignoreSecretsInDiffCalculation: ["certificates"],
    }),
  };
}

/** Folders of the project instead of the stages of the Dockerfile that are named the same. */
function named(
  folders: readonly string[],
): NonNullable<dockerBuild.types.input.BuildContextArgs["named"]> {
  return Object.fromEntries(
    folders.map((folder) => [folder, { location: fromProviders(join("connectors", folder)) }]),
  );
}

/** Manifests and media types are those that all registries take. */
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
