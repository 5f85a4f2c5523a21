import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { artifactRepository, PIPELINES_KEY } from "../../src/manifests/argo/artifact-repository";
import { defaultClusterSettings } from "../../src/manifests/argo/cluster-settings";
import { MANAGED } from "../../src/manifests/namespace-labels";
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

const SECRET = "object-store";
const CERTIFICATES = "object-store-certificates";
const DEFAULT_KEY = "artifacts";

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
    const metadata = (object: string) => ({ name: object, namespace, labels: { ...MANAGED } });
    const { credentials } = buckets.singer;
    if (credentials !== "ambient")
      new Secret(name, { metadata: metadata(SECRET), stringData: { ...credentials } }, parent);
    if (certificates !== undefined)
      new Secret(
        `${name}-certificates`,
        { metadata: metadata(CERTIFICATES), stringData: { "ca.pem": certificates } },
        parent,
      );
    const text = (bucket: Bucket, keyFormat?: string) =>
      pulumi
        .all([bucket.name, bucket.endpoint, bucket.region])
        .apply(([bucketName, endpoint, region]) =>
          artifactRepository(
            {
              name: bucketName,
              endpoint,
              ...(region !== undefined && { region }),
              insecure: bucket.insecure,
              ...(bucket.credentials !== "ambient" && { secret: SECRET }),
              ...(bucket.addressing !== undefined && { addressing: bucket.addressing }),
              ...(certificates !== undefined && { certificates: CERTIFICATES }),
            },
            keyFormat,
          ),
        );
    const { configMap, key } = defaultClusterSettings.artifactRepository;
    new ConfigMap(
      name,
      {
        metadata: {
          ...metadata(configMap),
          annotations: { "workflows.argoproj.io/default-artifact-repository": DEFAULT_KEY },
        },
        data: {
          [DEFAULT_KEY]: text(buckets.artifacts),
          [key]: text(buckets.singer, PIPELINES_KEY),
        },
      },
      parent,
    );
    this.registerOutputs({ configMap });
  }
}
