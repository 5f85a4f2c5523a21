import type { CheckedSettings } from "../settings/schema";
import {
  defaultClusterSettings,
  type ClusterSettings,
  type ConfigMapKey,
  type SecretKey,
} from "./argo/cluster-settings";
import type { PodAccounts } from "./cloud-parts";

/** Image pull secret in the namespace of the pipelines, if the registry requires a login. */
export const REGISTRY_SECRET = "registry";

/** Webhook URL in the namespace of the pipelines, if there is one. */
export const WEBHOOK: SecretKey = { name: "notifications", key: "url" };

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
    proxy,
    certificateAuthority,
    podSecurity,
    scheduling,
  } = settings;
  return {
    ...defaultClusterSettings,
    namespace,
    imagePullSecrets: [
      ...imagePullSecrets,
      ...(registry.username === undefined ? [] : [REGISTRY_SECRET]),
    ],
    scratch,
    ...defaults,
    ...(notifications.webhook !== undefined && { webhook: WEBHOOK }),
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
