import { z } from "zod";
import { chart } from "./argo";
import { awsStoreSettings } from "./aws";
import { anyObject, bytes, containerResources, objectName, secretName, text } from "./values";

const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    `must be a bucket name: 3 to 63 lowercase letters, digits, "." and "-"`,
  );

const minio = z
  .strictObject({
    kind: z.literal("minio"),
    /** Namespace of the server. Default: `minio`. */
    namespace: objectName.default("minio"),
    /** MinIO's official chart. */
    chart: chart("https://charts.min.io", "minio", "5.4.0"),
    /** Image of the server, with tag or digest. */
    image: text.default("quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z"),
    /** Image of the MinIO client, which creates users and buckets. */
    clientImage: text.default("quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z"),
    /**
     * Whether data is stored on a persistent volume. If false, it is lost with the pod. Default:
     * true.
     */
    persistent: z.boolean().default(true),
    /** Size of the volume. Default: `20Gi`. */
    size: bytes.default("20Gi"),
    /** Storage class of the volume. Default: the default class of the cluster. */
    storageClass: text.exactOptional(),
    /** Resources of the server. */
    resources: containerResources.prefault({ cpu: "100m", memory: "1Gi" }),
    /**
     * Days until extracts, outputs, logs and requested states of runs are deleted; 0 keeps them.
     * Saved states and configs are always kept. Default: 90.
     */
    expireRunsDays: z.int().min(0).max(3650).default(90),
    /** Bucket of configs, states and runs. Default: `singer`. */
    bucket: bucketName.default("singer"),
    /**
     * Bucket of other Workflows' artifacts, Argo's default artifact repository. Default:
     * `artifacts`.
     */
    artifactsBucket: bucketName.default("artifacts"),
    /** Additional values of the chart. They override the values of this stack. Default: none. */
    values: anyObject.default({}),
  })
  .readonly();

const s3 = z
  .strictObject({
    kind: z.literal("s3"),
    /** Host and optional port, without a protocol. Default: `s3.amazonaws.com`. */
    endpoint: z
      .string()
      .regex(
        /^[^\s/:]+(:\d+)?$/,
        `must be a host with an optional port, such as "minio.example.com:9000"`,
      )
      .default("s3.amazonaws.com"),
    /** Region of the bucket. Default: none. */
    region: text.exactOptional(),
    /** Whether the endpoint uses HTTP without TLS. Default: false. */
    insecure: z.boolean().default(false),
    /** Existing bucket of configs, states and runs. */
    bucket: bucketName,
    /**
     * Existing bucket of other Workflows' artifacts. Default: the same bucket, under `artifacts/`.
     */
    artifactsBucket: bucketName.exactOptional(),
    /**
     * `ambient` uses the permissions of the pod's service account or node; otherwise the names of
     * two secrets.
     */
    credentials: z.union([
      z.literal("ambient"),
      z.strictObject({ accessKey: secretName, secretKey: secretName }).readonly(),
    ]),
    /** `path` for servers without a host name per bucket. Default: detected by Argo. */
    addressing: z.enum(["path", "virtual-hosted"]).exactOptional(),
  })
  .readonly();

/**
 * Where artifacts, states and runs are stored. Without `kind`, settings that only MinIO has mean
 * MinIO.
 */
export const objectStoreSettings = z.preprocess(
  (value) => (isMinio(value) ? { kind: "minio", ...value } : value),
  z.discriminatedUnion("kind", [minio, s3, awsStoreSettings]),
);

function isMinio(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value) || "kind" in value)
    return false;
  const ofOthers = [s3, awsStoreSettings]
    .flatMap((kind) => Object.keys(kind.unwrap().shape))
    .filter((key) => !(key in minio.unwrap().shape));
  return !ofOthers.some((key) => key in value);
}

/** Settings of a MinIO that this stack installs. */
export type MinioSettings = z.infer<typeof minio>;
/** Settings of an existing S3-compatible store. */
export type S3Settings = z.infer<typeof s3>;
