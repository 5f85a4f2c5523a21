import { serviceHost } from "../aws/arns";
import { artifactRepository, PIPELINES_KEY } from "../argo/artifact-repository";
import { defaultClusterSettings } from "../argo/cluster-settings";
import type { CheckedSettings } from "../../settings/schema";
import { metadataOf } from "./metadata";
import { MINIO_PORT } from "./network-policies";

/** A bucket as seen by pods of the cluster. */
export interface StoreBucket {
  /** Name of the bucket. */
  readonly name: string;
  /** Host and port without a protocol, such as `minio.minio.svc:9000`. */
  readonly endpoint: string;
  /** Region. Default: none. */
  readonly region?: string;
  /** Whether the endpoint uses HTTP without TLS. */
  readonly insecure: boolean;
  /** Whether pods use the credentials of their service account or node. */
  readonly ambient: boolean;
  /** Addressing style of the bucket. Default: detected by Argo. */
  readonly addressing?: "path" | "virtual-hosted";
}

/** The buckets of an object store. */
export interface StoreBuckets<Bucket = StoreBucket> {
  /** Bucket of configs, states and runs. */
  readonly singer: Bucket;
  /** Bucket of other Workflows' artifacts, Argo's default artifact repository. */
  readonly artifacts: Bucket;
}

/** Secret with the credentials of the object store, in the namespace of the pipelines. */
export const STORE_SECRET = "object-store";

/** Secret with the certificates of the object store, in the namespace of the pipelines. */
export const STORE_CERTIFICATES = "object-store-certificates";

/** Key of the default artifact repository. */
const DEFAULT_KEY = "artifacts";

/** The buckets in a stack's settings, as far as they are known without a cloud. */
export function storeBuckets({
  objectStore: store,
  aws,
}: Pick<CheckedSettings, "objectStore" | "aws">): StoreBuckets {
  const both = (bucket: (name: string) => StoreBucket, name: string, artifacts: string) => ({
    singer: bucket(name),
    artifacts: bucket(artifacts),
  });
  if (store.kind === "minio")
    return both(
      (name) => ({
        name,
        endpoint: minioEndpoint(store.namespace),
        insecure: true,
        ambient: false,
        addressing: "path",
      }),
      store.bucket,
      store.artifactsBucket,
    );
  if (store.kind === "s3")
    return both(
      (name) => ({
        name,
        endpoint: store.endpoint,
        ...(store.region !== undefined && { region: store.region }),
        insecure: store.insecure,
        ambient: store.credentials === "ambient",
        ...(store.addressing !== undefined && { addressing: store.addressing }),
      }),
      store.bucket,
      store.artifactsBucket ?? store.bucket,
    );
  const region = aws?.region ?? "";
  return both(
    (name) => ({
      name,
      endpoint: serviceHost("s3", region),
      region,
      insecure: false,
      ambient: true,
    }),
    store.bucket,
    store.bucket,
  );
}

/** Host and port of the MinIO of a stack. */
export function minioEndpoint(namespace: string): string {
  return `minio.${namespace}.svc:${MINIO_PORT}`;
}

/**
 * The ConfigMap with Argo's artifact repositories: that of the pipelines, and the default one for
 * other Workflows.
 *
 * @param text a repository by its bucket and the format of its keys; with Pulumi an output.
 */
export function artifactRepositories<Namespace, Bucket, Text>(
  { singer, artifacts }: StoreBuckets<Bucket>,
  namespace: Namespace,
  text: (bucket: Bucket, keyFormat?: string) => Text,
) {
  const { configMap, key } = defaultClusterSettings.artifactRepository;
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: metadataOf(configMap, namespace, {
      "workflows.argoproj.io/default-artifact-repository": DEFAULT_KEY,
    }),
    data: { [DEFAULT_KEY]: text(artifacts), [key]: text(singer, PIPELINES_KEY) },
  };
}

/** A bucket as Argo's artifact repository. */
export function repositoryText(
  { ambient, ...bucket }: StoreBucket,
  hasCertificates: boolean,
  keyFormat?: string,
): string {
  return artifactRepository(
    {
      ...bucket,
      ...(!ambient && { secret: STORE_SECRET }),
      ...(hasCertificates && { certificates: STORE_CERTIFICATES }),
    },
    keyFormat,
  );
}

/** The Secret with the certificates of the object store, which are public. */
export function storeCertificates<Namespace>(pem: string, namespace: Namespace) {
  return {
    apiVersion: "v1" as const,
    kind: "Secret" as const,
    metadata: metadataOf(STORE_CERTIFICATES, namespace),
    stringData: { "ca.pem": pem },
  };
}
