import { Namespace } from "@pulumi/kubernetes/core/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { MANAGED, STACK_LABEL } from "../../src/manifests/namespace-labels";

/**
 * A namespace with a fixed name instead of one that Pulumi generates.
 *
 * @param name name of the Pulumi resource.
 * @param metadataName name of the namespace.
 * @param labels labels in addition to those of the stack.
 */
export function namespace(
  name: string,
  metadataName: string,
  opts: pulumi.CustomResourceOptions,
  labels: { readonly [name: string]: string } = {},
): Namespace {
  return new Namespace(
    name,
    {
      metadata: {
        name: metadataName,
        labels: { ...MANAGED, [STACK_LABEL]: pulumi.getStack(), ...labels },
      },
    },
    opts,
  );
}

/** Peers of a network policy: all pods of some namespaces. */
export function podsOf(namespaces: readonly string[]): input.networking.v1.NetworkPolicyPeer[] {
  return namespaces.map((name) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  }));
}
