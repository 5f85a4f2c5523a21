/** An ExternalSecret of External Secrets Operator, reduced to the fields used here. */
export interface ExternalSecretObject {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly secretStoreRef?: { readonly kind?: string; readonly name?: string };
    readonly data?: readonly { readonly remoteRef?: { readonly key?: string } }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Why an ExternalSecret has no Secret, with its store and keys; undefined if it is ready. */
export function externalSecretProblem({
  metadata,
  spec,
  status,
}: ExternalSecretObject): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return undefined;
  const { kind = "SecretStore", name = "" } = spec?.secretStoreRef ?? {};
  const keys = [...new Set((spec?.data ?? []).flatMap(({ remoteRef }) => remoteRef?.key ?? []))];
  const reason = ready
    ? [ready.reason, ready.message].filter(Boolean).join(": ")
    : "External Secrets Operator has not processed it; is it installed?";
  return `ExternalSecret ${metadata.name} is not ready: ${kind} "${name}", key ${keys.map((key) => `"${key}"`).join(", ")}: ${reason}`;
}
