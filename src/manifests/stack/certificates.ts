import { CERTIFICATES } from "../stack-cluster-settings";
import { metadataOf } from "./metadata";

/** The ConfigMap with the certificates that pods trust. */
export function certificatesConfigMap<Namespace>(pem: string, namespace: Namespace) {
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: metadataOf(CERTIFICATES.configMap, namespace),
    data: { [CERTIFICATES.key]: pem },
  };
}
