import type { CheckedSettings } from "../settings/schema";
import {
  defaultClusterSettings,
  type ClusterSettings,
  type ConfigMapKey,
  type SecretKey,
} from "./argo/cluster-settings";
import {
  channelSecrets,
  CHANNELS_KEY,
  channelsPart,
  type PipelineSecret,
  type SecretPart,
} from "./argo/pipeline-secret";
import { storeBuckets } from "./stack/object-store";
import type { PodAccounts } from "./cloud-parts";
import type { Json } from "../model/connector-settings";
import type { NotificationChannel } from "../model/notifications";

/** Image pull secret in the namespace of the pipelines, if the registry requires a login. */
export const REGISTRY_SECRET = "registry";

/** Secret of the pipelines' namespace with the stack's notification channels, if it has any. */
export const NOTIFICATIONS_SECRET = "notifications";

/** API key of the lineage backend in the namespace of the pipelines, if it has one. */
export const LINEAGE: SecretKey = { name: "lineage", key: "apiKey" };

/** Headers for the receiver of telemetry in the namespace of the pipelines, if it has any. */
export const TELEMETRY: SecretKey = { name: "telemetry", key: "headers.json" };

/** Key of the webhook's URL in that Secret. */
const WEBHOOK_KEY = "url";

/** Parts of {@link NOTIFICATIONS_SECRET}; empty if the stack has no channels. */
export function notificationParts({
  webhook,
  channels = [],
}: {
  readonly webhook?: string;
  readonly channels?: readonly NotificationChannel[];
}): PipelineSecret["parts"] {
  const url = webhook === undefined ? undefined : { $secret: webhook };
  return {
    ...(webhook !== undefined && { [WEBHOOK_KEY]: { kind: "secret", name: webhook } }),
    ...(channels.length > 0 && {
      [CHANNELS_KEY]: channelsPart({ channels, ...(url && { webhook: url }) }),
    }),
  };
}

/** Headers for the receiver of telemetry, with secrets by name; undefined for none. */
export function telemetryHeaders({
  telemetry,
}: Pick<CheckedSettings, "telemetry">): SecretPart | undefined {
  const headers = Object.entries(telemetry?.headers ?? {});
  if (headers.length === 0) return undefined;
  const value = headers.map(([name, value]): [string, Json] => [
    name,
    typeof value === "string" ? value : { $secret: value.secret },
  ]);
  return { kind: "json", value: Object.fromEntries(value) };
}

/** Certificates that pods trust, in the namespace of the pipelines, if there are any. */
export const CERTIFICATES: ConfigMapKey = { configMap: "certificate-authority", key: "ca.pem" };

/**
 * Converts the settings of a stack to the settings shared by all pipelines. The stack deploys them,
 * `tapctl render` writes them.
 *
 * @param accounts what pods need to get permissions of a cloud. Default: nothing.
 */
export function stackClusterSettings(
  settings: CheckedSettings,
  accounts?: PodAccounts,
): Omit<ClusterSettings, "runnerImage"> {
  const {
    namespace,
    imagePullSecrets,
    registry,
    scratch,
    defaults,
    notifications,
    lineage: { openlineage },
    telemetry,
    proxy,
    certificateAuthority,
    podSecurity,
    scheduling,
  } = settings;
  // The channels include the webhook.
  const channelsOfStack = channelSecrets(notifications.channels ?? []);
  const channelsKey = Object.keys(notificationParts(notifications)).at(-1);
  return {
    ...defaultClusterSettings,
    namespace,
    imagePullSecrets: [
      ...imagePullSecrets,
      ...(registry.username === undefined ? [] : [REGISTRY_SECRET]),
    ],
    scratch,
    ...defaults,
    ...(channelsKey !== undefined && {
      webhook: { name: NOTIFICATIONS_SECRET, key: channelsKey },
    }),
    ...(channelsOfStack.length > 0 && { channelSecrets: channelsOfStack }),
    ...(openlineage && {
      lineage: {
        url: openlineage.url,
        namespace: openlineage.namespace ?? namespace,
        ...(openlineage.apiKey !== undefined && { apiKey: LINEAGE }),
        store: `s3://${storeBuckets(settings).singer.name}`,
      },
    }),
    ...(telemetry && {
      telemetry: {
        endpoint: telemetry.endpoint,
        timeout: telemetry.timeout,
        resourceAttributes: { "service.namespace": namespace, ...telemetry.resourceAttributes },
        ...(telemetryHeaders(settings) && { headers: TELEMETRY }),
      },
    }),
    ...(notifications.uiUrl !== undefined && { uiUrl: notifications.uiUrl }),
    proxy,
    podSecurity,
    scheduling,
    ...(accounts && {
      serviceAccounts: accounts.serviceAccounts,
      podAnnotations: accounts.podAnnotations,
    }),
    ...(certificateAuthority !== "" && { certificateAuthority: CERTIFICATES }),
  };
}
