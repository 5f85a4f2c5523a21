import type { Json } from "../src/model/connector-settings";
import type { ResourcePolicy } from "./policy";

/** Settings of {@link signatures}. */
export interface SignatureSettings {
  /** Whether built images must be signed. */
  readonly required: boolean;
  /** What must be attested about them. */
  readonly attestations: readonly string[];
}

/** Rejects images that the stack builds and does not sign, in stacks that require signatures. */
export const signatures: ResourcePolicy<SignatureSettings> = {
  name: "images-signed",
  description: "Images that the stack builds are signed, with attestations.",
  level: "mandatory",
  scope: "resource",
  settings: {
    required: {
      type: "boolean",
      default: false,
      description: "Whether images must be signed. Default: false.",
    },
    attestations: {
      type: "array",
      items: { type: "string" },
      default: ["sbom", "provenance"],
      description: "What must be attested about signed images: sbom, provenance.",
    },
  },
  check: ({ type, name, props }, { required, attestations }) => {
    if (!required || type !== "tapctl:index:ConnectorImage") return [];
    if (props["signed"] !== true)
      return [`image "${name}" is not signed; set images.signing.key and images.signing.publicKey`];
    const attested = listOf(props["attestations"]);
    return attestations
      .filter((one) => !attested.includes(one))
      .map(
        (one) =>
          `image "${name}" has no attestation "${one}"; add it to images.signing.attestations`,
      );
  },
};

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
