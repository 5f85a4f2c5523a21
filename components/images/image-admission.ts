import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import { imagePolicies } from "../../src/manifests/admission/image-policies";
import type { CheckedSettings } from "../../src/settings/schema";
import type { SigningSettings } from "../../src/settings/signing";
import { readPublicKey } from "../../src/settings/public-key";

/** Arguments of {@link ImageAdmission}. */
export interface ImageAdmissionArgs {
  readonly settings: Pick<CheckedSettings, "namespace" | "argo">;
  readonly signing: SigningSettings;
  /** Address of the registry that pods pull built images from. */
  readonly address: pulumi.Input<string>;
}

/** What makes a cluster reject unsigned images in the namespace of the pipelines. */
export class ImageAdmission extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, signing, address }: ImageAdmissionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ImageAdmission", name, {}, opts);
    const publicKey = readPublicKey(signing);
    const of = (registry: string) => imagePolicies({ ...settings, signing }, publicKey, registry);
    for (const [policy, { apiVersion, kind, metadata }] of Object.entries(of("")))
      new CustomResource(
        policy,
        {
          apiVersion,
          kind,
          metadata: { ...metadata, labels: { ...metadata.labels } },
          spec: pulumi.output(address).apply((registry) => of(registry)[policy]?.spec),
        },
        { parent: this },
      );
    this.registerOutputs({});
  }
}
