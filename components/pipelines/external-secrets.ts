import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import {
  declaredExternalSecret,
  type ExternalValue,
} from "../../src/manifests/stack/external-secrets";

/** Arguments of {@link ExternalSecrets}. */
export interface ExternalSecretsArgs {
  /** Namespace of the pipelines. */
  readonly namespace: pulumi.Input<string>;
  /** The secrets that are in a store. */
  readonly values: readonly ExternalValue[];
}

/** An update fails if External Secrets Operator has not created a Secret by then. */
const WAIT_SECONDS = 60;

/** Source: pulumi-kubernetes v4.34, provider/pkg/metadata/overrides.go. */
const WAIT = {
  "pulumi.com/waitFor": "condition=Ready",
  "pulumi.com/timeoutSeconds": String(WAIT_SECONDS),
};

/**
 * ExternalSecrets, from which External Secrets Operator creates the Secrets that pods mount. The
 * update waits until each is ready.
 */
export class ExternalSecrets extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, values }: ExternalSecretsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:ExternalSecrets", name, {}, opts);
    for (const value of values) {
      const { metadata, ...object } = declaredExternalSecret(value, namespace);
      new CustomResource(
        value.name,
        { ...object, metadata: { ...metadata, annotations: WAIT } },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
