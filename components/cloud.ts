import type { Input } from "@pulumi/pulumi";
import type { PipelineEntry } from "../src/model/define";
import type { CheckedSettings } from "../src/settings/schema";
import type { ImageRegistry } from "./images/image-registry";
import type { ObjectStoreBuckets } from "./store/object-store";

/** What a stack asks of a cloud. */
export interface CloudArgs {
  /** The stack's settings. */
  readonly settings: CheckedSettings;
  /** The array. */
  readonly pipelines: readonly PipelineEntry[];
  /** Names of the repositories that images are built into, such as `tap-postgres`. */
  readonly repositories: readonly string[];
}

/** What pods need so that a cloud knows whose they are. */
export interface PodAccounts {
  /** ServiceAccounts of pipelines that have a role of their own, by pipeline. */
  readonly serviceAccounts: { readonly [pipeline: string]: string };
  /** Annotations of every pod. */
  readonly podAnnotations: { readonly [name: string]: string };
}

/** How pods come by the rights that a cloud gives them. */
export interface PodIdentity extends PodAccounts {
  /** Annotations of ServiceAccounts, by account. */
  readonly accountAnnotations: { readonly [serviceAccount: string]: { readonly [name: string]: Input<string> } };
  /** Networks that pods may not reach, such as `169.254.169.254/32`: there a node's own rights are given away. */
  readonly blockedNetworks: readonly string[];
}

/** The parts of a stack that are a cloud's own services. */
export interface CloudParts {
  /** The buckets, where the object store is a service of the cloud. */
  readonly buckets?: ObjectStoreBuckets;
  /** How pods come by the rights to them. */
  readonly identity?: PodIdentity;
  /** Where images go, where that is a service of the cloud. */
  readonly registry?: ImageRegistry;
}

/** The parts of a cloud as far as the settings tell them, without asking it. */
export interface KnownParts {
  /** What pods need to have the rights to the buckets; absent where the object store is no service of the cloud. */
  readonly accounts?: PodAccounts;
  /**
   * Where pods pull the images of a name from; absent where they go to the registry of the settings.
   *
   * @throws UserError where the settings do not tell.
   */
  readonly pullRepository?: (name: string) => string;
}

/** A cloud that a stack uses services of. */
export interface Cloud {
  /**
   * Asks it whether all that the settings name is there, is theirs and may be used. It changes nothing.
   *
   * @throws UserError with every problem at once.
   */
  readonly check: (args: CloudArgs) => Promise<void>;
  /** Declares what the settings want of it. */
  readonly declare: (args: CloudArgs) => CloudParts;
}

/**
 * The cloud that the settings name; undefined where they name none. It is loaded here and by no import, because a
 * stack without it is neither to load nor to type-check what is only for it.
 */
export function cloudOf({ aws }: Pick<CheckedSettings, "aws">): Cloud | undefined {
  return aws === undefined ? undefined : (module.require("./aws/index") as { readonly aws: Cloud }).aws;
}

/** The parts of the cloud that the settings name, as far as they tell them; none where they name none. It is loaded as {@link cloudOf} is. */
export function knownParts(settings: CheckedSettings, pipelines: readonly PipelineEntry[]): KnownParts {
  if (settings.aws === undefined) return {};
  const { knownAws } = module.require("../src/manifests/aws/known") as { readonly knownAws: (settings: CheckedSettings, pipelines: readonly PipelineEntry[]) => KnownParts };
  return knownAws(settings, pipelines);
}
