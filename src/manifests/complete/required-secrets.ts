import { hostOf } from "../../common/registry/image-reference";
import { pullAddressOf } from "../../common/registry/repositories";
import type { Json } from "../../model/connector-settings";
import type { PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import { ARCHIVE_SECRET } from "../charts/argo-values";
import { ROOT_SECRET, ROOT_USER, USER, USER_SECRET } from "../charts/minio-values";
import {
  LINEAGE,
  NOTIFICATIONS_SECRET,
  REGISTRY_SECRET,
  TELEMETRY,
  telemetryHeaders,
} from "../stack-cluster-settings";
import { STORE_SECRET } from "../stack/object-store";
import { namesOfStackSecrets, STACK_SECRETS } from "./secret-references";

/** What a key of a Secret contains. */
export type RequiredKey =
  /** The value of the secret of that name. */
  | { readonly secret: string }
  /** This text, which is not secret. */
  | { readonly value: string }
  /** JSON in which `{"$secret": "name"}` stands for the value of the secret of that name. */
  | { readonly json: Json }
  /** A login in Docker's format, with the password in the secret of that name. */
  | {
      readonly dockerLogin: { readonly host: string; readonly username: string };
      readonly password: string;
    };

/** A Kubernetes Secret that a stack needs, and that is not among its manifests. */
export interface RequiredSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: "Opaque" | "kubernetes.io/dockerconfigjson";
  /** What it is for. */
  readonly purpose: string;
  /** Content by key. */
  readonly data: { readonly [key: string]: RequiredKey };
}

/** Name of the secret with the password of MinIO's root user. */
const ROOT_PASSWORD = "minio-root-password";
/** Name of the secret with the password of the pipelines' user. */
const USER_PASSWORD = "minio-singer-password";

/** The Kubernetes Secrets that a stack needs, with their keys. */
export function requiredSecrets(
  entries: readonly PipelineEntry[],
  settings: CheckedSettings,
): readonly RequiredSecret[] {
  return [
    ...ofPipelines(entries, settings),
    ...ofNotifications(settings),
    ...ofLineage(settings),
    ...ofTelemetry(settings),
    ...ofRegistry(settings),
    ...ofStore(settings),
    ...ofArchive(settings),
  ];
}

function ofPipelines(
  entries: readonly PipelineEntry[],
  settings: CheckedSettings,
): readonly RequiredSecret[] {
  const names = namesOfStackSecrets(entries, settings);
  if (names.length === 0) return [];
  return [
    opaque(
      { namespace: settings.namespace, name: STACK_SECRETS },
      "secrets of the array and of notification channels",
      Object.fromEntries(names.map((name) => [name, { secret: name }])),
    ),
  ];
}

function ofNotifications({
  namespace,
  notifications: { webhook, channels },
}: CheckedSettings): readonly RequiredSecret[] {
  if (webhook === undefined || channels?.length) return [];
  const place = { namespace, name: NOTIFICATIONS_SECRET };
  return [opaque(place, "address of the webhook for notifications", { url: { secret: webhook } })];
}

function ofLineage({
  namespace,
  lineage: { openlineage },
}: CheckedSettings): readonly RequiredSecret[] {
  if (openlineage?.apiKey === undefined) return [];
  return [
    opaque({ namespace, name: LINEAGE.name }, "API key of the lineage backend", {
      [LINEAGE.key]: { secret: openlineage.apiKey },
    }),
  ];
}

function ofTelemetry(settings: CheckedSettings): readonly RequiredSecret[] {
  const headers = telemetryHeaders(settings);
  if (headers?.kind !== "json") return [];
  const place = { namespace: settings.namespace, name: TELEMETRY.name };
  return [
    opaque(place, "headers for the receiver of telemetry", {
      [TELEMETRY.key]: { json: headers.value },
    }),
  ];
}

function ofRegistry({ namespace, registry }: CheckedSettings): readonly RequiredSecret[] {
  const { username, password } = registry;
  if (username === undefined || password === undefined) return [];
  return [
    {
      namespace,
      name: REGISTRY_SECRET,
      type: "kubernetes.io/dockerconfigjson",
      purpose: "login of the registry that pods pull from",
      data: {
        ".dockerconfigjson": {
          dockerLogin: { host: hostOf(pullAddressOf(registry)), username },
          password,
        },
      },
    },
  ];
}

function ofStore({ namespace, objectStore: store }: CheckedSettings): readonly RequiredSecret[] {
  const credentials = (accessKey: RequiredKey, secretKey: string) =>
    opaque({ namespace, name: STORE_SECRET }, "credentials of the object store", {
      accessKey,
      secretKey: { secret: secretKey },
    });
  if (store.kind === "minio")
    return [
      opaque({ namespace: store.namespace, name: ROOT_SECRET }, "root user of MinIO", {
        rootUser: { value: ROOT_USER },
        rootPassword: { secret: ROOT_PASSWORD },
      }),
      opaque({ namespace: store.namespace, name: USER_SECRET }, "user of the pipelines in MinIO", {
        accessKey: { value: USER },
        secretKey: { secret: USER_PASSWORD },
      }),
      credentials({ value: USER }, USER_PASSWORD),
    ];
  if (store.kind === "s3" && store.credentials !== "ambient")
    return [credentials({ secret: store.credentials.accessKey }, store.credentials.secretKey)];
  return [];
}

function ofArchive({ argo }: CheckedSettings): readonly RequiredSecret[] {
  const { install, namespace, workflowArchive: archive } = argo;
  if (!install || archive === undefined) return [];
  return [
    opaque({ namespace, name: ARCHIVE_SECRET }, "login of the database of finished Workflows", {
      username: { value: archive.user },
      password: { secret: archive.password },
    }),
  ];
}

function opaque(
  place: Pick<RequiredSecret, "namespace" | "name">,
  purpose: string,
  data: RequiredSecret["data"],
): RequiredSecret {
  return { ...place, type: "Opaque", purpose, data };
}
