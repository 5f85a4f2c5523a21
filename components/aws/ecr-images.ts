import { getAuthorizationTokenOutput } from "@pulumi/aws/ecr/getAuthorizationToken";
import { getRepositoryOutput } from "@pulumi/aws/ecr/getRepository";
import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy";
import { Repository } from "@pulumi/aws/ecr/repository";
import * as pulumi from "@pulumi/pulumi";
import type { EcrSettings } from "../../src/settings/aws";
import type { ImageRegistry } from "../images/image-registry";
import { repositoryName } from "../../src/manifests/aws/ecr-names";

/** Arguments of {@link EcrImages}. */
export interface EcrImagesArgs {
  /** Repository names and retention. */
  readonly settings: EcrSettings;
  /** Images that need a repository, such as `tap-postgres`. */
  readonly images: readonly string[];
}

/** ECR repositories: one for each image, scanned on push. */
export class EcrImages extends pulumi.ComponentResource {
  /** The registry and the token to push with. */
  readonly registry: ImageRegistry;

  constructor(
    name: string,
    { settings, images }: EcrImagesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:aws:EcrImages", name, {}, opts);
    const parent = { parent: this };
    const addresses = new Map(
      images.map((image) => [image, repositoryAddress(image, settings, parent)]),
    );
    const repository = (image: string) => {
      const address = addresses.get(image);
      if (!address) throw new Error(`${image} has no repository`);
      return address;
    };
    const token = getAuthorizationTokenOutput({}, parent);
    const login = {
      address: token.proxyEndpoint.apply(hostOf),
      username: token.userName,
      password: pulumi.secret(token.password),
    };
    this.registry = { repository, pullRepository: repository, login };
    this.registerOutputs({});
  }
}

/**
 * Lifecycle rules of a repository: untagged images expire some days after the push, tagged images
 * never. Each content has its own tag, so an image that a CronWorkflow refers to keeps its tag as
 * long as a single stack pushes to the repository. If the same content is built for other
 * platforms, the tag moves, and the CronWorkflow is updated in the same `up`. A run that started
 * before may then miss an expired image on a node that has not pulled it yet.
 */
export function repositoryRules(expireUntaggedDays: number): object {
  const selection = {
    tagStatus: "untagged",
    countType: "sinceImagePushed",
    countUnit: "days",
    countNumber: expireUntaggedDays,
  };
  return {
    rules: [
      {
        rulePriority: 1,
        description: "images that no tag names any more",
        selection,
        action: { type: "expire" },
      },
    ],
  };
}

function repositoryAddress(
  image: string,
  settings: EcrSettings,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const name = repositoryName(image, settings);
  if (settings.existing[image] !== undefined)
    return getRepositoryOutput({ name }, opts).repositoryUrl;
  const made = new Repository(
    image,
    {
      name,
      imageScanningConfiguration: { scanOnPush: true },
      // Tags move: that of the layer cache with every build, others when platforms change.
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: settings.forceDelete,
    },
    opts,
  );
  new LifecyclePolicy(
    image,
    { repository: made.name, policy: JSON.stringify(repositoryRules(settings.expireUntaggedDays)) },
    opts,
  );
  return made.repositoryUrl;
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/^https:\/\//, "");
}
