import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { metadataOf } from "../../src/manifests/stack/metadata";
import {
  artifactRepositories,
  repositoryText,
  STORE_SECRET,
  storeCertificates,
} from "../../src/manifests/stack/object-store";
import type { Bucket, ObjectStoreBuckets } from "./object-store";

/** Arguments of {@link ArtifactRepository}. */
export interface ArtifactRepositoryArgs {
  /** Namespace of the Workflows, in which Argo looks up repositories and their Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** The buckets. */
  readonly buckets: ObjectStoreBuckets;
  /** PEM certificates that the endpoint is verified with. Default: public certificates. */
  readonly certificates?: string;
}

/**
 * Configures Argo's artifact repositories: that of the pipelines, and the default one for other
 * Workflows.
 *
 * @see src/store/keys.ts for the layout, which local runs share.
 */
export class ArtifactRepository extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, buckets, certificates }: ArtifactRepositoryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ArtifactRepository", name, {}, opts);
    const parent = { parent: this };
    const { credentials } = buckets.singer;
    if (credentials !== "ambient")
      new Secret(
        name,
        { metadata: metadataOf(STORE_SECRET, namespace), stringData: { ...credentials } },
        parent,
      );
    if (certificates !== undefined)
      new Secret(`${name}-certificates`, storeCertificates(certificates, namespace), parent);
    const text = (bucket: Bucket, keyFormat?: string) =>
      pulumi
        .all([bucket.name, bucket.endpoint, bucket.region])
        .apply(([bucketName, endpoint, region]) =>
          repositoryText(
            {
              name: bucketName,
              endpoint,
              ...(region !== undefined && { region }),
              insecure: bucket.insecure,
              ambient: bucket.credentials === "ambient",
              ...(bucket.addressing !== undefined && { addressing: bucket.addressing }),
            },
            certificates !== undefined,
            keyFormat,
          ),
        );
    const repositories = artifactRepositories(buckets, namespace, text);
    new ConfigMap(name, repositories, parent);
    this.registerOutputs({ configMap: repositories.metadata.name });
  }
}
