import type { Input } from "@pulumi/pulumi";
import type { StoreBuckets } from "../../src/manifests/stack/object-store";

/** A bucket as seen by pods of the cluster. */
export interface Bucket {
  /** Name of the bucket. */
  readonly name: Input<string>;
  /** Host and port without a protocol, such as `minio.minio.svc:9000`. */
  readonly endpoint: Input<string>;
  /** Region. Default: none. */
  readonly region?: Input<string>;
  /** Whether the endpoint uses HTTP without TLS. */
  readonly insecure: boolean;
  /** Credentials; `ambient` for those of the pod's service account or node. */
  readonly credentials: BucketCredentials;
  /** Addressing style of the bucket. Default: detected by Argo. */
  readonly addressing?: "path" | "virtual-hosted";
}

/** Credentials for a bucket. */
export type BucketCredentials =
  "ambient" | { readonly accessKey: Input<string>; readonly secretKey: Input<string> };

/** The buckets of an object store: `Minio`, `ExternalStore` or a custom component. */
export type ObjectStoreBuckets = StoreBuckets<Bucket>;
