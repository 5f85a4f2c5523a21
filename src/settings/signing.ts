import { z } from "zod";
import { secretName, text } from "./values";

/** A key in a key management service, as cosign addresses it. */
const serviceKey = z
  .string()
  .regex(
    /^(awskms|gcpkms|azurekms|hashivault|k8s):\/\/\S+$/,
    `must be the name of a secret, or a key in a key management service, such as "awskms:///alias/images"`,
  );

/** What is attested about an image. */
export const ATTESTATIONS = ["sbom", "provenance"] as const;

/** Signatures of the images, created and verified by cosign. */
export const signingSettings = z
  .strictObject({
    /**
     * The key that signs images after they are pushed: the name of a secret with the private key of
     * `cosign generate-key-pair`, or a key in a key management service, such as
     * `awskms:///alias/images`. Default: images are not signed.
     */
    key: z.union([serviceKey, secretName]).exactOptional(),
    /** Name of the secret with the password of the private key. Default: it has none. */
    password: secretName.exactOptional(),
    /** File of the public key, relative to the project, such as `cosign.pub`. */
    publicKey: text,
    /** Attestations of signed images. Default: `["sbom", "provenance"]`. */
    attestations: z.array(z.enum(ATTESTATIONS)).readonly().default(ATTESTATIONS),
    /**
     * Whether signatures are recorded in the public transparency log of Sigstore, where everyone can
     * read the names of images. Default: false; only the registry is contacted.
     */
    transparencyLog: z.boolean().default(false),
    /**
     * How signatures are stored: `bundle`, or `legacy` as before cosign 3, for programs that do not
     * read bundles of keys, such as Sigstore's policy controller 0.13. Default: `legacy` with
     * `admission: policy-controller`, otherwise `bundle`.
     */
    format: z.enum(["bundle", "legacy"]).exactOptional(),
    /** Whether images that are not built (`ready`) must be signed with the key. Default: false. */
    verifyReady: z.boolean().default(false),
    /**
     * What rejects pods with unsigned images in the namespace of the pipelines: the policy
     * controller of Sigstore, which must be installed. Default: nothing.
     */
    admission: z.enum(["policy-controller"]).exactOptional(),
    /**
     * Patterns of images that need no signature there, such as those of jobs and follow-ups:
     * `ghcr.io/acme/*`. Argo's own image is always one of them. Default: none.
     */
    unsigned: z.array(text).readonly().default([]),
  })
  .readonly()
  .refine(
    ({ key, password }) => password === undefined || (key !== undefined && !key.includes("://")),
    "password needs a key that is a secret",
  );

/** Settings of signatures. */
export type SigningSettings = z.infer<typeof signingSettings>;

/** How the signatures of a stack are stored. */
export function signatureFormat({ format, admission }: SigningSettings): "bundle" | "legacy" {
  return format ?? (admission === "policy-controller" ? "legacy" : "bundle");
}
