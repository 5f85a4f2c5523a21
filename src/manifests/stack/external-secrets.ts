import {
  EXTERNAL_KEY,
  externalSecretName,
  type ExternalSecretSource,
} from "../../model/connector-settings";
import type { PipelineEntry } from "../../model/define";
import { secretsOf } from "../../model/validation/secrets";
import { metadataOf } from "./metadata";

/** A secret whose value is in a store of External Secrets Operator. */
export interface ExternalValue {
  /** Name of the secret. */
  readonly name: string;
  readonly source: ExternalSecretSource;
}

/** Longest time until a rotated value is in the cluster. */
const REFRESH = "5m";

/** The secrets of an array that are in a store, each once. */
export function externalValues(entries: readonly PipelineEntry[]): readonly ExternalValue[] {
  const found = new Map(
    entries.flatMap((entry) =>
      secretsOf(entry).flatMap(({ name, reference: { externalSecret } }) =>
        externalSecret ? [[name, externalSecret] as const] : [],
      ),
    ),
  );
  return [...found].map(([name, source]) => ({ name, source }));
}

/**
 * The ExternalSecret of a secret.
 * Source: external-secrets v2.9.0, apis/externalsecrets/v1/externalsecret_types.go.
 */
export function declaredExternalSecret<Namespace>(
  { name, source: { store, kind = "ClusterSecretStore", key, property } }: ExternalValue,
  namespace: Namespace,
) {
  const object = externalSecretName(name);
  return {
    apiVersion: "external-secrets.io/v1" as const,
    kind: "ExternalSecret" as const,
    metadata: metadataOf(object, namespace),
    spec: {
      refreshInterval: REFRESH,
      secretStoreRef: { kind, name: store },
      target: { name: object },
      data: [
        {
          secretKey: EXTERNAL_KEY,
          remoteRef: { key, ...(property !== undefined && { property }) },
        },
      ],
    },
  };
}
