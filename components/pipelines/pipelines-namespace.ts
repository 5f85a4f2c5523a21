import { ConfigMap, Namespace, Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { RegistrySettings } from "../../src/settings/images";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import type { SecretPart } from "../../src/manifests/argo/pipeline-secret";
import type { PodIdentity } from "../cloud";
import { hostOf } from "../../src/common/registry/image-reference";
import { pullAddressOf } from "../../src/common/registry/repositories";
import { namespace } from "./namespace";
import { certificatesConfigMap } from "../../src/manifests/stack/certificates";
import { metadataOf } from "../../src/manifests/stack/metadata";
import { blockedNetworks, noIngress } from "../../src/manifests/stack/network-policies";
import {
  executorBinding,
  executorRole,
  executorToken,
  podAccount,
} from "../../src/manifests/stack/pod-accounts";
import type { NotificationChannel } from "../../src/model/notifications";
import {
  CERTIFICATES,
  LINEAGE,
  TELEMETRY,
  notificationParts,
  NOTIFICATIONS_SECRET,
  REGISTRY_SECRET,
} from "../../src/manifests/stack-cluster-settings";
import { secretText } from "./secret-text";

/** Arguments of {@link PipelinesNamespace}. */
export interface PipelinesNamespaceArgs {
  /** Names of the namespace and the service accounts. */
  readonly settings: Pick<
    ClusterSettings,
    "namespace" | "serviceAccount" | "executorServiceAccount" | "podSecurity"
  >;
  /** Registry that pods pull from, with its user if it has one. */
  readonly registry: RegistrySettings;
  /** Name of the secret that holds the webhook URL. Default: none. */
  readonly webhook?: string;
  /** Channels that receive notifications, in addition to `webhook`. Default: none. */
  readonly channels?: readonly NotificationChannel[];
  /** Name of the secret that holds the API key of the lineage backend. Default: none. */
  readonly lineageKey?: string;
  /** Headers for the receiver of telemetry, with secrets by name. Default: none. */
  readonly telemetryHeaders?: SecretPart;
  /** PEM certificates that pods trust. Default: those of their images. */
  readonly certificates?: string;
  /** Secrets that the settings name. */
  readonly secrets: Secrets;
  /** Whether connections to the pods are blocked. */
  readonly networkPolicy: boolean;
  /** How pods get the permissions of a cloud. Default: they have none. */
  readonly identity?: PodIdentity;
  /** Whether the namespace is protected from deletion. */
  readonly protect: boolean;
  /** Labels of the namespace in addition to those of the stack. Default: none. */
  readonly labels?: { readonly [name: string]: string };
}

/**
 * The namespace of the pipelines, with service accounts, secrets and network policies of their
 * pods.
 */
export class PipelinesNamespace extends pulumi.ComponentResource {
  /** The namespace. */
  readonly namespace: Namespace;

  constructor(name: string, args: PipelinesNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("tapctl:index:PipelinesNamespace", name, {}, opts);
    const { settings, secrets } = args;
    this.namespace = namespace(
      name,
      settings.namespace,
      settings.podSecurity,
      { parent: this, protect: args.protect },
      args.labels,
    );
    const within = { parent: this, deletedWith: this.namespace };
    const space = this.namespace.metadata.name;

    accounts(name, settings, args.identity, space, within);
    pullSecret(args.registry, secrets, space, within);
    const channels = Object.entries(notificationParts(args));
    if (channels.length > 0)
      new Secret(
        NOTIFICATIONS_SECRET,
        {
          metadata: metadataOf(NOTIFICATIONS_SECRET, space),
          stringData: Object.fromEntries(
            channels.map(([key, part]) => [key, secretText(part, secrets)]),
          ),
        },
        within,
      );
    if (args.lineageKey !== undefined)
      new Secret(
        LINEAGE.name,
        {
          metadata: metadataOf(LINEAGE.name, space),
          stringData: { [LINEAGE.key]: requireSecret(secrets, args.lineageKey) },
        },
        within,
      );
    if (args.telemetryHeaders !== undefined)
      new Secret(
        TELEMETRY.name,
        {
          metadata: metadataOf(TELEMETRY.name, space),
          stringData: { [TELEMETRY.key]: secretText(args.telemetryHeaders, secrets) },
        },
        within,
      );
    if (args.certificates !== undefined)
      new ConfigMap(
        CERTIFICATES.configMap,
        certificatesConfigMap(args.certificates, space),
        within,
      );
    if (args.networkPolicy) new NetworkPolicy(name, noIngress(space), within);
    const blocked = args.identity?.blockedNetworks ?? [];
    if (args.networkPolicy && blocked.length > 0)
      new NetworkPolicy(`${name}-blocked-networks`, blockedNetworks(blocked, space), within);
    this.registerOutputs({ namespace: settings.namespace });
  }
}

/**
 * The service account of the pods, which has no permissions on the cluster, and the one that Argo's
 * container reports with. A pod has only the token of the second one, mounted only in that
 * container.
 * Source: argo-workflows v4.1.2, docs/workflow-rbac.md.
 */
function accounts(
  name: string,
  { serviceAccount, executorServiceAccount }: PipelinesNamespaceArgs["settings"],
  identity: PodIdentity | undefined,
  space: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const account of [serviceAccount, ...Object.values(identity?.serviceAccounts ?? {})])
    new ServiceAccount(
      account,
      podAccount(account, space, identity?.accountAnnotations[account]),
      opts,
    );
  const account = executorServiceAccount;
  const executor = new ServiceAccount(account, podAccount(account, space), opts);
  const token = executorToken(account, space);
  new Secret(token.metadata.name, token, { ...opts, dependsOn: [executor] });
  const role = new Role(name, executorRole(account, space), opts);
  new RoleBinding(name, executorBinding(account, space, role.metadata.name), opts);
}

function pullSecret(
  registry: RegistrySettings,
  secrets: Secrets,
  space: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { username, password } = registry;
  if (username === undefined || password === undefined) return;
  const host = hostOf(pullAddressOf(registry));
  const value = requireSecret(secrets, password);
  const config = value.apply((text) =>
    JSON.stringify({
      auths: {
        [host]: {
          username,
          password: text,
          auth: Buffer.from(`${username}:${text}`).toString("base64"),
        },
      },
    }),
  );
  new Secret(
    REGISTRY_SECRET,
    {
      metadata: metadataOf(REGISTRY_SECRET, space),
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": config },
    },
    opts,
  );
}
