import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { packageFile } from "../../src/common/package";
import { stageConsole } from "../../src/manifests/images/console-context";
import { consoleBuild } from "../../src/manifests/images/console-image";
import { imageBuilder } from "../../src/manifests/images/image-builder";
import type { ImageBuilding } from "../images/connector-image";
import { registryOf } from "../images/image-registry";
import { fromProviders } from "../providers-folder";

/** Arguments of {@link ConsoleImage}. */
export interface ConsoleImageArgs extends ImageBuilding {
  /** Image with Node.js. */
  readonly baseImage: string;
}

/** The console's image, built on the machine that runs Pulumi and pushed. Pods refer to it by digest. */
export class ConsoleImage extends pulumi.ComponentResource {
  /** Reference with tag and digest, as pulled by pods. */
  readonly reference: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, secrets, registry: ofStack, baseImage }: ConsoleImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ConsoleImage", name, {}, opts);
    const registry = ofStack ?? registryOf(settings.registry, secrets);
    const { images } = settings;
    const { repository, tag, args } = consoleBuild({ baseImage });
    const builder = imageBuilder(images, ofStack ? undefined : settings.registry.address);
    const image = new dockerBuild.Image(
      name,
      {
        tags: [pulumi.interpolate`${registry.repository(repository)}:${tag}`],
        push: true,
        pull: false,
        platforms: images.platforms.map((platform) => platform as dockerBuild.Platform),
        context: { location: fromProviders(stageConsole()) },
        dockerfile: { location: fromProviders(packageFile("images", "console", "Dockerfile")) },
        buildArgs: args,
        labels: { "org.opencontainers.image.title": repository },
        buildOnPreview: images.buildOnPreview,
        exec: builder.exec,
        ...(builder.name !== undefined && { builder: { name: builder.name } }),
        ...(registry.login && { registries: [registry.login] }),
      },
      { parent: this, retainOnDelete: true },
    );
    this.reference = pulumi.interpolate`${registry.pullRepository(repository)}:${tag}@${image.digest}`;
    this.registerOutputs({ reference: this.reference });
  }
}
