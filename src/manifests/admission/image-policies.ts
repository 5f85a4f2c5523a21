import type { CheckedSettings } from "../../settings/schema";
import { signatureFormat, type SigningSettings } from "../../settings/signing";
import { MANAGED } from "../namespace-labels";

/** Label of a namespace whose pods Sigstore's policy controller checks. */
export const ADMISSION_LABEL: { readonly [name: string]: string } = {
  "policy.sigstore.dev/include": "true",
};

/** A policy of Sigstore's policy controller. */
export interface ClusterImagePolicy {
  readonly apiVersion: "policy.sigstore.dev/v1beta1";
  readonly kind: "ClusterImagePolicy";
  readonly metadata: {
    readonly name: string;
    readonly labels: { readonly [name: string]: string };
  };
  readonly spec: {
    readonly images: readonly { readonly glob: string }[];
    readonly authorities: readonly object[];
  };
}

/** Types of the predicates that are attested. */
const PREDICATES = {
  sbom: "https://cyclonedx.org/bom",
  provenance: "https://slsa.dev/provenance/v1",
} as const;

/**
 * The policies by which a cluster runs only signed images of the stack's registry, and the images
 * that need no signature. They are objects of the whole
 * cluster, so their names contain the namespace of the pipelines.
 *
 * @param publicKey PEM of the public key.
 * @param address address of the registry that pods pull built images from.
 * @returns by the name of the resource.
 * Source: sigstore/policy-controller v0.13.1, pkg/apis/policy/v1beta1.
 */
export function imagePolicies(
  {
    namespace,
    argo,
    signing,
  }: Pick<CheckedSettings, "namespace" | "argo"> & { readonly signing: SigningSettings },
  publicKey: string,
  address: string,
): { readonly [name: string]: ClusterImagePolicy } {
  const policy = (
    name: string,
    globs: readonly string[],
    authority: object,
  ): ClusterImagePolicy => ({
    apiVersion: "policy.sigstore.dev/v1beta1",
    kind: "ClusterImagePolicy",
    metadata: { name: `${namespace}-${name}`, labels: MANAGED },
    spec: { images: globs.map((glob) => ({ glob })), authorities: [authority] },
  });
  const executor = `${argo.imageRegistry}/argoproj/argoexec`;
  return {
    "signed-images": policy("signed-images", [`${address.replace(/\/$/, "")}/**`], {
      name: "tapctl",
      key: { data: publicKey, hashAlgorithm: "sha256" },
      ...(signatureFormat(signing) === "bundle" && { signatureFormat: "bundle" }),
      ...(signing.transparencyLog && { ctlog: { url: "https://rekor.sigstore.dev" } }),
      ...(signing.attestations.length > 0 && {
        attestations: signing.attestations.map((name) => ({
          name,
          predicateType: PREDICATES[name],
        })),
      }),
    }),
    "unsigned-images": policy(
      "unsigned-images",
      [`${executor}:**`, `${executor}@**`, ...signing.unsigned],
      { name: "unsigned", static: { action: "pass" } },
    ),
  };
}
