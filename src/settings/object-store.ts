import { z } from "zod";
import { chart } from "./argo";
import { awsStoreSettings } from "./aws";
import { anyObject, bytes, containerResources, objectName, secretName, text } from "./values";

const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    `the name of a bucket: 3 to 63 lower-case letters, digits, "." and "-"`,
  );

const minio = z
  .strictObject({
    kind: z.literal("minio"),
    /** Namespace of the server. */
    namespace: objectName.default("minio"),
    /** MinIO's own chart. */
    chart: chart("https://charts.min.io", "minio", "5.4.0"),
    /** Image of the server, with tag or digest. */
    image: text.default("quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z"),
    /** Image of MinIO's client, which makes users and buckets. */
    clientImage: text.default("quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z"),
    /** Whether the data outlives the server's pod, on a persistent volume. */
    persistent: z.boolean().default(true),
    /** Size of the volume. */
    size: bytes.default("20Gi"),
    /** Storage class of the volume. Default: the cluster's. */
    storageClass: text.exactOptional(),
    /** What the server may use. */
    resources: containerResources.prefault({ cpu: "100m", memory: "1Gi" }),
    /** Days after which extracts, outputs and logs of runs, and states that runs were given, are deleted; saved states and configs never are. 0: never. */
    expireRunsDays: z.int().min(0).max(3650).default(90),
    /** Bucket of configs, states and runs. */
    bucket: bucketName.default("singer"),
    /** Bucket of other Workflows' artifacts: Argo's default repository. */
    artifactsBucket: bucketName.default("artifacts"),
    /** More values of the chart; they win over those of this stack. */
    values: anyObject.default({}),
  })
  .readonly();

const s3 = z
  .strictObject({
    kind: z.literal("s3"),
    /** Host and port, without a protocol. */
    endpoint: z
      .string()
      .regex(
        /^[^\s/:]+(:\d+)?$/,
        `must be a host, with a port where it is not the usual one, such as "minio.example.com:9000"`,
      )
      .default("s3.amazonaws.com"),
    /** Region. Default: none. */
    region: text.exactOptional(),
    /** Whether the endpoint speaks HTTP without TLS. */
    insecure: z.boolean().default(false),
    /** Bucket of configs, states and runs; it must be there. */
    bucket: bucketName,
    /** Bucket of other Workflows' artifacts; it must be there. Default: the same, under `artifacts/`. */
    artifactsBucket: bucketName.exactOptional(),
    /** `ambient` takes what the pods' ServiceAccount or node has; else the names of two secrets. */
    credentials: z.union([
      z.literal("ambient"),
      z.strictObject({ accessKey: secretName, secretKey: secretName }).readonly(),
    ]),
    /** `path` for servers that have no host name for each bucket. Default: what Argo finds out. */
    addressing: z.enum(["path", "virtual-hosted"]).exactOptional(),
  })
  .readonly();

/** Where artifacts, states and runs live: MinIO where no kind is said, and nothing that only another kind has. */
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
/** Settings of a store that is already there. */
export type S3Settings = z.infer<typeof s3>;
