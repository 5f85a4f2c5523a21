import type { Input } from "@pulumi/pulumi";
import type { PipelineEntry } from "../src/model/define";
import type { PodAccounts } from "../src/manifests/cloud-parts";
import type { CheckedSettings } from "../src/settings/schema";
import type { ImageRegistry } from "./images/image-registry";
import type { ObjectStoreBuckets } from "./store/object-store";

/** Input of a cloud's parts. */
export interface CloudArgs {
  /** Settings of the stack. */
  readonly settings: CheckedSettings;
  /** Entries of the array. */
  readonly pipelines: readonly PipelineEntry[];
  /** Names of the image repositories, such as `tap-postgres`. */
  readonly repositories: readonly string[];
}

/** How pods get the permissions of the cloud. */
export interface PodIdentity extends PodAccounts {
  /** Annotations of the service accounts, by account. */
  readonly accountAnnotations: {
    readonly [serviceAccount: string]: { readonly [name: string]: Input<string> };
  };
  /**
   * Networks that pods must not reach, such as `169.254.169.254/32`, which would give them the
   * permissions of the node.
   */
  readonly blockedNetworks: readonly string[];
}

/** The parts of a stack that are cloud services. */
export interface CloudParts {
  /** Buckets, if the object store is a cloud service. */
  readonly buckets?: ObjectStoreBuckets;
  /** How pods get access to the buckets. */
  readonly identity?: PodIdentity;
  /** Image registry, if it is a cloud service. */
  readonly registry?: ImageRegistry;
}

/** A cloud that a stack can use. */
export interface Cloud {
  /**
   * Checks whether everything in the settings exists and can be used. Changes nothing.
   *
   * @throws UserError with all problems.
   */
  readonly check: (args: CloudArgs) => Promise<void>;
  /** Declares the cloud resources of the settings. */
  readonly declare: (args: CloudArgs) => CloudParts;
}
