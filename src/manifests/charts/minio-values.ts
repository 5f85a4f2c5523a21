import type { MinioSettings } from "../../settings/object-store";
import { clusterMarkerKey, clusterMarkerText, expiringPrefixes } from "../../store/keys";
import type { PodSecurityLevel } from "../namespace-labels";
import { mergeValues, repositoryAndTag, type Values } from "./values";

/** Secret of the server's root user. */
export const ROOT_SECRET = "minio-root";
/** Name of the root user. */
export const ROOT_USER = "root";
/** Secret of the pipelines' user. */
export const USER_SECRET = "minio-singer";
/** User of the pipelines, and name of its policy. */
export const USER = "singer";

/** Days to keep old versions of expiring objects. */
const OLD_VERSIONS_DAYS = 7;
const MIN_BYTES_OF_JOBS = "64Mi";
const JOBS = ["makePolicyJob", "makeUserJob", "makeBucketJob", "customCommandJob"];

/** What the restricted Pod Security Standard requires. */
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * Level of the Pod Security Standards of MinIO's namespace: the chart gives its pods a security
 * context only if they have a volume.
 */
export function minioPodSecurity({ persistent }: MinioSettings): PodSecurityLevel {
  return persistent ? "restricted" : "baseline";
}

/** Values of MinIO's chart; passwords are in existing Secrets. */
export function minioValues(settings: MinioSettings): Values {
  const { bucket, artifactsBucket, resources } = settings;
  const values = {
    mode: "standalone",
    replicas: 1,
    image: repositoryAndTag(settings.image),
    mcImage: repositoryAndTag(settings.clientImage),
    existingSecret: ROOT_SECRET,
    // Two servers cannot share a volume, not even during an update.
    deploymentUpdate: { type: "Recreate" },
    persistence: {
      enabled: settings.persistent,
      size: settings.size,
      ...(settings.storageClass !== undefined && { storageClass: settings.storageClass }),
    },
    resources: {
      requests: { ...resources },
      limits: { ...(resources.memory !== undefined && { memory: resources.memory }) },
    },
    containerSecurityContext: RESTRICTED,
    // The chart's default is a user with all permissions and a known password.
    users: [
      {
        accessKey: USER,
        existingSecret: USER_SECRET,
        existingSecretKey: "secretKey",
        policy: USER,
      },
    ],
    policies: [{ name: USER, statements: policyStatements([bucket, artifactsBucket]) }],
    buckets: [
      { name: bucket, policy: "none", purge: false, versioning: true },
      { name: artifactsBucket, policy: "none", purge: false },
    ],
    customCommands: expiryCommands(settings).map((command) => ({ command })),
    ...Object.fromEntries(
      JOBS.map((job) => [
        job,
        {
          resources: { requests: { memory: MIN_BYTES_OF_JOBS } },
          securityContext: { enabled: true },
          containerSecurityContext: RESTRICTED,
        },
      ]),
    ),
  };
  return mergeValues(values, settings.values);
}

/** Permissions of the pipelines on the given buckets; none on the server itself. */
function policyStatements(buckets: readonly string[]): readonly object[] {
  return [
    {
      effect: "Allow",
      resources: buckets.map((name) => `arn:aws:s3:::${name}`),
      actions: [
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
        "s3:ListBucketMultipartUploads",
      ],
    },
    {
      effect: "Allow",
      resources: buckets.map((name) => `arn:aws:s3:::${name}/*`),
      actions: [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
    },
  ];
}

/**
 * Idempotent commands of MinIO's client. The expiry rules are removed and created again, because the client adds
 * another rule each time. The last command marks the bucket as a cluster's, so that local runs refuse it.
 */
function expiryCommands({
  bucket,
  artifactsBucket,
  expireRunsDays,
}: MinioSettings): readonly string[] {
  const add = (name: string, prefix: string): string =>
    `ilm rule add --expire-days ${expireRunsDays} --noncurrent-expire-days ${OLD_VERSIONS_DAYS} --prefix "${prefix}" myminio/${name}`;
  const rules =
    expireRunsDays === 0
      ? []
      : [
          ...expiringPrefixes.map((prefix) => add(bucket, prefix)),
          `ilm rule add --expire-days ${expireRunsDays} myminio/${artifactsBucket}`,
        ];
  const clear = [bucket, artifactsBucket].map(
    (name) => `ilm rule rm --all --force myminio/${name} || true`,
  );
  const marker = `myminio/${bucket}/${clusterMarkerKey}`;
  return [
    ...clear,
    ...rules,
    `stat ${marker} || echo '${clusterMarkerText}' | \${MC} pipe ${marker}`,
  ];
}
