/** ServiceAccounts and annotations through which pods get permissions of a cloud. */
export interface PodAccounts {
  /** ServiceAccounts of pipelines with their own role, by pipeline. */
  readonly serviceAccounts: { readonly [pipeline: string]: string };
  /** Annotations of every pod. */
  readonly podAnnotations: { readonly [name: string]: string };
}

/** Parts of a cloud that are known from the settings, without a request. */
export interface KnownParts {
  /**
   * What pods need to access the buckets; absent if the object store is not a service of the cloud.
   */
  readonly accounts?: PodAccounts;
  /** Networks that pods must not reach. Default: none. */
  readonly blockedNetworks?: readonly string[];
  /**
   * Repository that pods pull an image from; absent if the registry is in the settings.
   *
   * @throws UserError if the settings do not contain it.
   */
  readonly pullRepository?: (name: string) => string;
}
