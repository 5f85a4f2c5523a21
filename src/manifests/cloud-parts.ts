/** What pods need so that a cloud knows whose they are. */
export interface PodAccounts {
  /** ServiceAccounts of pipelines that have a role of their own, by pipeline. */
  readonly serviceAccounts: { readonly [pipeline: string]: string };
  /** Annotations of every pod. */
  readonly podAnnotations: { readonly [name: string]: string };
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
