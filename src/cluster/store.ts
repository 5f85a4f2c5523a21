import { parse } from "yaml";
import { stackCommand } from "../common/command-text";
import { defaultClusterSettings } from "../manifests/argo/cluster-settings";
import { UserError } from "../common/errors";
import type { ObjectStore } from "../store/object-store";
import { isVersioned, openS3 } from "../store/s3";
import type { S3Credentials } from "../store/s3-client";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import type { Metadata } from "./objects";
import { forwardService, type ServicePort } from "./port-forward";
import { CONFIG_MAPS, SECRETS } from "./resources";

/** Bucket of the pipelines as Argo knows it. */
export interface Repository {
  readonly bucket: string;
  /** Host and port. */
  readonly endpoint: string;
  readonly region?: string;
  /** Whether it speaks HTTP without TLS. */
  readonly insecure: boolean;
  readonly pathStyle: boolean;
  /** Where its keys are; undefined where the pods have some of their own. */
  readonly keys?: { readonly access: KeyReference; readonly secret: KeyReference };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

/** The cluster's object store as this machine reaches it. */
export interface ClusterStore {
  readonly store: ObjectStore;
  readonly repository: Repository;
  /** Whether the bucket keeps old versions of its objects. @throws UserError where it does not say. */
  readonly isVersioned: () => Promise<boolean>;
  /** Ends the connection. */
  readonly close: () => void;
}

/**
 * Opens the bucket of the pipelines: with their own keys, through the API where the bucket is in the cluster.
 *
 * @throws UserError where the stack is not deployed there, or where a rule is missing.
 */
export async function openClusterStore(connection: Connection): Promise<ClusterStore> {
  const repository = await readRepository(connection);
  const { bucket, endpoint, region, insecure, pathStyle, keys } = repository;
  const credentials = keys && (await readKeys(connection, keys));
  const service = serviceOf(endpoint);
  const forward = service && (await forwardService(connection, service));
  if (forward && !insecure)
    throw new UserError(
      `the bucket's endpoint ${endpoint} speaks TLS inside the cluster, which is not supported through the API; use one that is reached from outside, or without TLS`,
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

/** What Argo is told of the bucket. */
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
      `namespace "${namespace}" of the cluster "${connection.context}" has no pipelines: its ConfigMap ${configMap} with the key "${key}" is not there; deploy them (${stackCommand("up")}), or name another: --namespace NAME, --context NAME`,
    );
  return parseRepository(text, `ConfigMap ${namespace}/${configMap}, key "${key}"`);
}

/** Reads a repository as src/manifests/argo/artifact-repository.ts writes it. */
export function parseRepository(text: string, where: string): Repository {
  const { s3 } = (parse(text) ?? {}) as { readonly s3?: S3Repository };
  if (s3?.bucket === undefined || s3.endpoint === undefined)
    throw new UserError(`${where}: names no bucket with its endpoint`);
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
    const {
      data,
    }: { readonly metadata: Metadata; readonly data?: { readonly [key: string]: string } } =
      await connection.ask({ resource: SECRETS, namespace, name });
    const value = data?.[key];
    if (value === undefined)
      throw new UserError(
        `Secret ${namespace}/${name} has no key "${key}", which the bucket's keys are in`,
      );
    return Buffer.from(value, "base64").toString("utf8");
  };
  const [accessKeyId, secretAccessKey] = await Promise.all([read(access), read(secret)]);
  return { accessKeyId, secretAccessKey };
}
