import type { Input } from "@pulumi/pulumi";
import type { PipelineEntry } from "../src/model/define";
import type { PodAccounts } from "../src/manifests/cloud-parts";
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

/** How pods come by the rights that a cloud gives them. */
export interface PodIdentity extends PodAccounts {
  /** Annotations of ServiceAccounts, by account. */
  readonly accountAnnotations: {
    readonly [serviceAccount: string]: { readonly [name: string]: Input<string> };
  };
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
