import type { CheckedSettings } from "../settings/schema";
import {
  defaultClusterSettings,
  type ClusterSettings,
  type ConfigMapKey,
  type SecretKey,
} from "./argo/cluster-settings";
import type { PodAccounts } from "./cloud-parts";

/** Secret of the pipelines' namespace by which pods pull, where the registry has a user. */
export const REGISTRY_SECRET = "registry";

/** Where the webhook's URL is in the pipelines' namespace, where there is one. */
export const WEBHOOK: SecretKey = { name: "notifications", key: "url" };

/** Where the certificates that pods trust are in the pipelines' namespace, where there are some. */
export const CERTIFICATES: ConfigMapKey = { configMap: "certificate-authority", key: "ca.pem" };

/**
 * What the settings of a stack make of what all its pipelines share: the stack declares it, `tapctl render` writes it.
 *
 * @param accounts what pods need so that a cloud gives them rights. Default: nothing.
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
    ...(accounts && {
      serviceAccounts: accounts.serviceAccounts,
      podAnnotations: accounts.podAnnotations,
    }),
    ...(certificateAuthority !== "" && { certificateAuthority: CERTIFICATES }),
  };
}
