import type { PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import { defaultClusterSettings } from "../argo/cluster-settings";
import { referenceText } from "../argo/pipeline-secret";
import { knownAws } from "../aws/known";
import { notificationParts, NOTIFICATIONS_SECRET } from "../stack-cluster-settings";
import { certificatesConfigMap } from "../stack/certificates";
import { metadataOf } from "../stack/metadata";
import { blockedNetworks, minioClients, noIngress, storeClients } from "../stack/network-policies";
import {
  artifactRepositories,
  repositoryText,
  storeBuckets,
  storeCertificates,
} from "../stack/object-store";
import { executorBinding, executorRole, executorToken, podAccount } from "../stack/pod-accounts";
import type { KubernetesObject } from "./kubernetes-object";

/**
 * Accounts, permissions, configuration and network policies.
 *
 * @param certificates PEM certificates that pods trust. Default: those of their images.
 */
export function settingsObjects(
  settings: CheckedSettings,
  entries: readonly PipelineEntry[],
  certificates?: string,
): readonly KubernetesObject[] {
  const { namespace, networkPolicy, objectStore: store } = settings;
  const { serviceAccount, executorServiceAccount: executor } = defaultClusterSettings;
  const { accounts, blockedNetworks: blocked = [] } = knownAws(settings, entries);
  const own = Object.values(accounts?.serviceAccounts ?? {});
  const repositories = artifactRepositories(storeBuckets(settings), namespace, (bucket, format) =>
    repositoryText(bucket, certificates !== undefined, format),
  );
  return [
    ...[serviceAccount, ...own, executor].map((account) => podAccount(account, namespace)),
    executorToken(executor, namespace),
    executorRole(executor, namespace),
    executorBinding(executor, namespace, executor),
    repositories,
    ...(certificates === undefined
      ? []
      : [
          certificatesConfigMap(certificates, namespace),
          storeCertificates(certificates, namespace),
        ]),
    ...(networkPolicy ? [noIngress(namespace)] : []),
    ...(networkPolicy && blocked.length > 0 ? [blockedNetworks(blocked, namespace)] : []),
    ...(networkPolicy && store.kind === "minio"
      ? [minioClients(storeClients(settings), store.namespace)]
      : []),
  ];
}

/** The Secret of the channels, if there is more than a webhook, whose Secret contains only its address. */
export function notificationsSecret({
  namespace,
  notifications: { channels },
}: CheckedSettings): readonly KubernetesObject[] {
  if (!channels?.length) return [];
  const parts = Object.entries(notificationParts({ channels }));
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadataOf(NOTIFICATIONS_SECRET, namespace),
      stringData: Object.fromEntries(parts.map(([key, part]) => [key, referenceText(part)])),
    } as KubernetesObject,
  ];
}
