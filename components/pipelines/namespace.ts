import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { PodSecurityLevel } from "../../src/manifests/namespace-labels";
import { stackNamespace } from "../../src/manifests/stack/stack-namespace";

/**
 * A namespace with a fixed name instead of one that Pulumi generates.
 *
 * @param name name of the Pulumi resource.
 * @param metadataName name of the namespace.
 * @param level level of the Pod Security Standards that it enforces.
 * @param labels labels in addition to those of the stack.
 */
export function namespace(
  name: string,
  metadataName: string,
  level: PodSecurityLevel,
  opts: pulumi.CustomResourceOptions,
  labels: { readonly [name: string]: string } = {},
): Namespace {
  return new Namespace(name, stackNamespace(metadataName, pulumi.getStack(), level, labels), opts);
}
