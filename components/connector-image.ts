import { join, relative } from "node:path";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../settings";
import type { CheckedSettings } from "../settings/schema";
import { imageReference, type ImageBuild } from "./image";

/** How images are built, for all of them alike. */
export interface ImageBuilding {
  /** Registry, builder, package index and proxies. */
  readonly settings: Pick<CheckedSettings, "registry" | "images" | "proxy">;
  /** Values of the secrets that the settings name. */
  readonly secrets: Secrets;
  /** Certificates in PEM that a build trusts. Default: those of the base image. */
  readonly certificates?: string;
}

/** Arguments of {@link ConnectorImage}. */
export interface ConnectorImageArgs extends ImageBuilding {
  /** What is built. */
  readonly build: ImageBuild;
}

/** The project's folder, relative, because an absolute path would differ from one machine to the next. */
const FROM_HERE = relative(process.cwd(), join(__dirname, "..")) || ".";

/** An image of this project, built where the program runs and pushed; pods refer to it by its digest. */
export class ConnectorImage extends pulumi.ComponentResource {
  /** Reference with tag and digest, as pods pull it. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, { build, settings, secrets, certificates }: ConnectorImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("tapctl:index:ConnectorImage", name, { tag: build.tag }, opts);
    const { registry, images } = settings;
    const cache = `${registry.address}/${build.repository}:cache`;
    const image = new dockerBuild.Image(
      name,
      {
        tags: [imageReference(registry.address, build)],
        push: true,
        pull: false,
        platforms: images.platforms.map((platform) => platform as dockerBuild.Platform),
        context: { location: FROM_HERE },
        dockerfile: { location: join(FROM_HERE, "images", "singer", "Dockerfile") },
        ...(build.target !== undefined && { target: build.target }),
        buildArgs: { ...build.args, ...environmentArgs(settings) },
        buildOnPreview: images.buildOnPreview,
        exec: images.exec,
        ...(images.builder !== undefined && { builder: { name: images.builder } }),
        ...(images.cache && { cacheFrom: [{ registry: { ref: cache } }], cacheTo: [{ registry: { ref: cache, imageManifest: true, ociMediaTypes: true, mode: "max" as const } }] }),
        ...(registry.username !== undefined && registry.password !== undefined && { registries: [{ address: registry.address.split("/")[0] ?? registry.address, username: registry.username, password: secrets[registry.password] ?? "" }] }),
        ...(certificates !== undefined && { secrets: { certificates } }),
      },
      // A run that is hours old may still pull it.
      { parent: this, retainOnDelete: true },
    );
    this.reference = image.ref.apply((reference) => asPulled(reference, registry));
    this.registerOutputs({ reference: this.reference });
  }
}

function environmentArgs({ images: { pythonIndex }, proxy }: ImageBuilding["settings"]): { readonly [name: string]: string } {
  const values = {
    PIP_INDEX_URL: pythonIndex.url,
    PIP_EXTRA_INDEX_URL: pythonIndex.extraUrl,
    PIP_TRUSTED_HOST: pythonIndex.trustedHost,
    HTTP_PROXY: proxy.http,
    HTTPS_PROXY: proxy.https,
    NO_PROXY: proxy.none?.join(),
  };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function asPulled(reference: string, { address, pullAddress }: ImageBuilding["settings"]["registry"]): string {
  return pullAddress !== undefined && reference.startsWith(`${address}/`) ? `${pullAddress}${reference.slice(address.length)}` : reference;
}
