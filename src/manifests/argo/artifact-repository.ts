/** What Argo is told of a bucket, without its keys. */
export interface RepositoryBucket {
  /** Its name. */
  readonly name: string;
  /** Host and port. */
  readonly endpoint: string;
  /** Region. Default: none. */
  readonly region?: string;
  /** Whether the endpoint speaks HTTP without TLS. */
  readonly insecure: boolean;
  /** Secret with the keys `accessKey` and `secretKey`. Default: what the pods have themselves. */
  readonly secret?: string;
  /** How the bucket stands in addresses. Default: what Argo finds out. */
  readonly addressing?: "path" | "virtual-hosted";
  /** Secret with the certificates of the endpoint, under the key `ca.pem`. Default: the public ones. */
  readonly certificates?: string;
}

/**
 * Keys of artifacts that name none: by day and Workflow. No parameter of a Workflow is in it, because other people's
 * Workflows have none of ours.
 */
const DEFAULT_KEY =
  "artifacts/{{workflow.creationTimestamp.Y}}/{{workflow.creationTimestamp.m}}/{{workflow.creationTimestamp.d}}/{{workflow.name}}/{{pod.name}}";

/** Input of a pod that says under which key its log is kept. */
export const LOG_KEY = "logKey";

/**
 * Keys of the pipelines' repository. Every file of theirs has its own key; only logs have none, because Argo takes theirs
 * from the repository, and not from a template that names no bucket. It has to lead to a key in every pod.
 * Source: argo-workflows v4.1.2, workflow/controller/workflowpod.go, 1742 (addArchiveLocation) and 1005 (substitutePodParams).
 */
export const PIPELINES_KEY = `{{=get($env, 'inputs')?.parameters?.${LOG_KEY} ?? ('artifacts/' + workflow.name + '/' + pod.name)}}`;

/** A repository as a key of the ConfigMap `artifact-repositories` holds it: JSON, which is YAML as well. */
export function artifactRepository(
  { name, endpoint, region, insecure, secret, addressing, certificates }: RepositoryBucket,
  keyFormat = DEFAULT_KEY,
): string {
  const s3 = {
    endpoint,
    bucket: name,
    ...(region !== undefined && { region }),
    insecure,
    ...(addressing !== undefined && { addressingStyle: addressing }),
    keyFormat,
    ...(secret === undefined
      ? { useSDKCreds: true }
      : {
          accessKeySecret: { name: secret, key: "accessKey" },
          secretKeySecret: { name: secret, key: "secretKey" },
        }),
    ...(certificates !== undefined && { caSecret: { name: certificates, key: "ca.pem" } }),
  };
  return `${JSON.stringify({ archiveLogs: false, s3 }, null, 2)}\n`;
}
