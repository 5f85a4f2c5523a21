import type { Input } from "@pulumi/pulumi";

/** A bucket as pods of the cluster reach it. */
export interface Bucket {
  /** Its name. */
  readonly name: Input<string>;
  /** Host and port, without a protocol, such as `minio.minio.svc:9000`. */
  readonly endpoint: Input<string>;
  /** Region. Default: none. */
  readonly region?: Input<string>;
  /** Whether the endpoint speaks HTTP without TLS. */
  readonly insecure: boolean;
  /** Keys; `ambient` for those of the pods' ServiceAccount or node. */
  readonly credentials: BucketCredentials;
  /** How the bucket stands in addresses. Default: what Argo finds out. */
  readonly addressing?: "path" | "virtual-hosted";
}

/** How pods prove that they may use a bucket. */
export type BucketCredentials =
  "ambient" | { readonly accessKey: Input<string>; readonly secretKey: Input<string> };

/** An object store: `Minio`, `ExternalStore` or another component. */
export interface ObjectStoreBuckets {
  /** Bucket of configs, states and runs. */
  readonly singer: Bucket;
  /** Bucket of other Workflows' artifacts: Argo's default repository. */
  readonly artifacts: Bucket;
}
