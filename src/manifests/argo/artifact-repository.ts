/** A bucket in Argo's configuration, without its keys. */
export interface RepositoryBucket {
  /** Name of the bucket. */
  readonly name: string;
  /** Host and port. */
  readonly endpoint: string;
  /** Region. Default: none. */
  readonly region?: string;
  /** Whether the endpoint uses HTTP without TLS. */
  readonly insecure: boolean;
  /** Secret with the keys `accessKey` and `secretKey`. Default: the credentials of the pods. */
  readonly secret?: string;
  /** Addressing style of the bucket. Default: detected by Argo. */
  readonly addressing?: "path" | "virtual-hosted";
  /**
   * Secret with the certificates of the endpoint under the key `ca.pem`. Default: public
   * certificates.
   */
  readonly certificates?: string;
}

/**
 * Keys of artifacts without one: by day and Workflow. It uses no Workflow parameter, because
 * Workflows of other users do not have them.
 */
const DEFAULT_KEY =
  "artifacts/{{workflow.creationTimestamp.Y}}/{{workflow.creationTimestamp.m}}/{{workflow.creationTimestamp.d}}/{{workflow.name}}/{{pod.name}}";

/** Input of a pod with the key of its log. */
export const LOG_KEY = "logKey";

/**
 * Keys in the repository of the pipelines. Every file has an explicit key except logs, because Argo
 * takes the keys of logs from the repository instead of from a template without a bucket. The
 * format must result in a key in every pod.
 * Source: argo-workflows v4.1.2, workflow/controller/workflowpod.go, 1742 (addArchiveLocation) and
 * 1005 (substitutePodParams).
 */
export const PIPELINES_KEY = `{{=get($env, 'inputs')?.parameters?.${LOG_KEY} ?? ('artifacts/' + workflow.name + '/' + pod.name)}}`;

/**
 * A repository as a value of the ConfigMap `artifact-repositories`: JSON, which is also valid YAML.
 */
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
