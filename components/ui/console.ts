import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { consoleObjects } from "../../src/manifests/stack/console";
import type { CheckedSettings } from "../../src/settings/schema";
import type { ImageBuilding } from "../images/connector-image";
import { ConsoleImage } from "./console-image";

/** Arguments of {@link Console}. */
export interface ConsoleArgs extends ImageBuilding {
  readonly settings: Pick<
    CheckedSettings,
    "ui" | "namespace" | "registry" | "images" | "proxy" | "networkPolicy"
  >;
  /** The namespace, by which the objects wait for it. */
  readonly namespace: pulumi.Output<string>;
  /** Secrets to pull the image with. */
  readonly pullSecrets: readonly string[];
}

/** The console on the cluster: a Deployment that may only read, and its Service. */
export class Console extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, pullSecrets, ...building }: ConsoleArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:Console", name, {}, opts);
    const { ui, namespace: namespaceName, networkPolicy } = building.settings;
    const image =
      ui.image === undefined
        ? new ConsoleImage(name, { ...building, baseImage: ui.baseImage }, { parent: this })
            .reference
        : pulumi.output(ui.image);
    const parts = { settings: ui, namespace, namespaceName, image, pullSecrets };
    const objects = consoleObjects(parts);
    const within = { parent: this };
    const account = new ServiceAccount(name, objects.account, within);
    const role = new Role(name, objects.role, within);
    const binding = new RoleBinding(name, objects.binding, {
      ...within,
      dependsOn: [account, role],
    });
    if (networkPolicy) new NetworkPolicy(name, objects.network, within);
    new Service(name, objects.service, {
      ...within,
      dependsOn: [new Deployment(name, objects.deployment, { ...within, dependsOn: [binding] })],
    });
    this.registerOutputs({ image });
  }
}
