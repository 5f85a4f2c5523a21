import { parse } from "yaml";
import { defaultClusterSettings } from "../manifests/argo/cluster-settings";
import { UserError } from "../common/errors";
import type { ObjectStore } from "../store/object-store";
import { isVersioned, openS3 } from "../store/s3";
import type { S3Credentials } from "../store/s3-client";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import { forwardService, type ServicePort } from "./port-forward";
import { CONFIG_MAPS } from "./resources";
import { readSecretKey } from "./secret-key";

/** The pipelines' bucket as configured for Argo. */
export interface Repository {
  readonly bucket: string;
  /** Host and port. */
  readonly endpoint: string;
  readonly region?: string;
  /** Whether it uses HTTP without TLS. */
  readonly insecure: boolean;
  readonly pathStyle: boolean;
  /** Secrets with its keys; undefined if the pods have their own credentials. */
  readonly keys?: { readonly access: KeyReference; readonly secret: KeyReference };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

/** The cluster's object store, opened from this machine. */
export interface ClusterStore {
  readonly store: ObjectStore;
  readonly repository: Repository;
  /** Whether the bucket is versioned. @throws UserError if that cannot be read. */
  readonly isVersioned: () => Promise<boolean>;
  /** Closes the connection. */
  readonly close: () => void;
}

/** From where the bucket is opened. */
export interface OpenOptions {
  /** Whether this process runs in a pod of the cluster. Default: false. */
  readonly isInside?: boolean;
}

/**
 * Opens the pipelines' bucket with its own keys; a bucket inside the cluster is reached through the
 * API, unless this process is inside as well.
 *
 * @throws UserError if the stack is not deployed there, or a permission is missing.
 */
export async function openClusterStore(
  connection: Connection,
  { isInside = false }: OpenOptions = {},
): Promise<ClusterStore> {
  const repository = await readRepository(connection);
  const { bucket, endpoint, region, insecure, pathStyle, keys } = repository;
  const credentials = keys && (await readKeys(connection, keys));
  const service = isInside ? undefined : serviceOf(endpoint);
  const forward = service && (await forwardService(connection, service));
  if (forward && !insecure)
    throw new UserError(
      `The bucket's endpoint ${endpoint} uses TLS inside the cluster, which cannot be forwarded through the API.`,
      { fix: "Use an endpoint without TLS, or one that is reachable from outside." },
    );
  const url = forward
    ? `http://127.0.0.1:${forward.port}`
    : endpoint === "s3.amazonaws.com"
      ? undefined
      : `${insecure ? "http" : "https"}://${endpoint}`;
  const location = {
    bucket,
    pathStyle,
    ...(url !== undefined && { endpoint: url }),
    ...(region !== undefined && { region }),
  };
  const access = {
    shown: `s3://${bucket} of the cluster "${connection.context}"`,
    ...(credentials && { credentials }),
  };
  return {
    store: openS3(location, access),
    repository,
    isVersioned: () => isVersioned(location, access),
    close: () => forward?.close(),
  };
}

/** Reads the artifact repository that Argo uses. */
export async function readRepository(connection: Connection): Promise<Repository> {
  const { configMap, key } = defaultClusterSettings.artifactRepository;
  const { namespace } = connection;
  const found: { readonly data?: { readonly [key: string]: string } } | undefined = await connection
    .ask<{ readonly data?: { readonly [key: string]: string } }>({
      resource: CONFIG_MAPS,
      namespace,
      name: configMap,
    })
    .catch(absent);
  const text = found?.data?.[key];
  if (text === undefined)
    throw new UserError(
      `Namespace "${namespace}" of the cluster "${connection.context}" has no pipelines: its ConfigMap ${configMap} with the key "${key}" does not exist.`,
      {
        fix: ({ onStack }) =>
          `Deploy them with ${onStack("up")}, or choose another namespace or cluster with --namespace NAME or --context NAME.`,
      },
    );
  return parseRepository(text, `ConfigMap ${namespace}/${configMap}, key "${key}"`);
}

/** Parses a repository in the format of src/manifests/argo/artifact-repository.ts. */
export function parseRepository(text: string, where: string): Repository {
  const { s3 } = (parse(text) ?? {}) as { readonly s3?: S3Repository };
  if (s3?.bucket === undefined || s3.endpoint === undefined)
    throw new UserError(`${where}: has no bucket with an endpoint.`, {
      fix: ({ onStack }) => `Restore it with: ${onStack("up")}`,
    });
  const {
    bucket,
    endpoint,
    region,
    insecure,
    addressingStyle,
    accessKeySecret: access,
    secretKeySecret: secret,
  } = s3;
  const pathStyle =
    addressingStyle === undefined
      ? !endpoint.endsWith("amazonaws.com")
      : addressingStyle === "path";
  return {
    bucket,
    endpoint,
    insecure: insecure === true,
    pathStyle,
    ...(region !== undefined && region !== "" && { region }),
    ...(access && secret && { keys: { access, secret } }),
  };
}

interface S3Repository {
  readonly bucket?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly insecure?: boolean;
  readonly addressingStyle?: string;
  readonly accessKeySecret?: KeyReference;
  readonly secretKeySecret?: KeyReference;
}

/**
 * The Service behind an endpoint of the cluster; undefined for one outside.
 *
 * @example `minio.minio.svc:9000` is port 9000 of the Service minio in the namespace minio
 */
export function serviceOf(endpoint: string): ServicePort | undefined {
  const match = /^([^.:]+)\.([^.:]+)\.svc(?:\.cluster\.local)?\.?(?::(\d+))?$/.exec(endpoint);
  return match
    ? { name: match[1] ?? "", namespace: match[2] ?? "", port: Number(match[3] ?? 80) }
    : undefined;
}

async function readKeys(
  connection: Connection,
  { access, secret }: NonNullable<Repository["keys"]>,
): Promise<S3Credentials> {
  const { namespace } = connection;
  const read = async ({ name, key }: KeyReference): Promise<string> => {
    const value = await readSecretKey(connection, { name, key });
    if (value === undefined)
      throw new UserError(`Secret ${namespace}/${name} has no key "${key}" for the bucket.`, {
        fix: "Add the key, or correct the artifact repository.",
      });
    return value;
  };
  const [accessKeyId, secretAccessKey] = await Promise.all([read(access), read(secret)]);
  return { accessKeyId, secretAccessKey };
}
