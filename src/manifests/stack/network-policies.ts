import type { CheckedSettings } from "../../settings/schema";
import { metadataOf } from "./metadata";

/** Port of MinIO. */
export const MINIO_PORT = 9000;

/** Blocks connections to the pods of pipelines. */
export function noIngress<Namespace>(namespace: Namespace) {
  return networkPolicy("no-ingress", namespace, { podSelector: {}, policyTypes: ["Ingress"] });
}

/**
 * Allows pods of pipelines to connect to everything except some networks. Pods are listed as well,
 * because some network plugins do not treat their addresses as part of an address range.
 */
export function blockedNetworks<Namespace>(networks: readonly string[], namespace: Namespace) {
  const isIpv6 = (network: string) => network.includes(":");
  const allBut = (all: string, version: (network: string) => boolean) => ({
    ipBlock: { cidr: all, except: networks.filter(version) },
  });
  return networkPolicy("blocked-networks", namespace, {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          { namespaceSelector: {} },
          allBut("0.0.0.0/0", (network) => !isIpv6(network)),
          allBut("::/0", isIpv6),
        ],
      },
    ],
  });
}

/** Namespaces whose pods may connect to the MinIO of a stack. */
export function storeClients({
  namespace,
  argo,
  monitoring,
}: Pick<CheckedSettings, "namespace" | "argo" | "monitoring">): readonly string[] {
  return [namespace, argo.namespace, ...(monitoring ? [monitoring.prometheusNamespace] : [])];
}

/** Allows only pods of some namespaces to connect to MinIO. */
export function minioClients<Namespace>(clients: readonly string[], namespace: Namespace) {
  const peers = clients.map((name) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  }));
  return networkPolicy("minio-clients", namespace, {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: {} }, ...peers], ports: [{ port: MINIO_PORT }] }],
  });
}

function networkPolicy<Namespace, Spec>(name: string, namespace: Namespace, spec: Spec) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(name, namespace),
    spec,
  };
}
