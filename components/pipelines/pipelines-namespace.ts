import { ConfigMap, Namespace, Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { requireSecret, type Secrets } from "../../src/settings/secrets";
import type { RegistrySettings } from "../../src/settings/images";
import type { ClusterSettings } from "../../src/manifests/argo/cluster-settings";
import type { SecretPart } from "../../src/manifests/argo/pipeline-secret";
import type { PodIdentity } from "../cloud";
import { hostOf } from "../../src/common/registry/image-reference";
import { namespace } from "./namespace";
import { MANAGED, podSecurityLabels } from "../../src/manifests/namespace-labels";
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
      { parent: this, protect: args.protect },
      podSecurityLabels(settings.podSecurity),
    );
    const within = { parent: this, deletedWith: this.namespace };
    const metadata = (object: string, annotations?: Annotations) => ({
      name: object,
      namespace: this.namespace.metadata.name,
      labels: { ...MANAGED },
      ...(annotations && { annotations: { ...annotations } }),
    });

    accounts(name, settings, args.identity, metadata, within);
    pullSecret(args.registry, secrets, metadata, within);
    const channels = Object.entries(notificationParts(args));
    if (channels.length > 0)
      new Secret(
        NOTIFICATIONS_SECRET,
        {
          metadata: metadata(NOTIFICATIONS_SECRET),
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
          metadata: metadata(LINEAGE.name),
          stringData: { [LINEAGE.key]: requireSecret(secrets, args.lineageKey) },
        },
        within,
      );
    if (args.telemetryHeaders !== undefined)
      new Secret(
        TELEMETRY.name,
        {
          metadata: metadata(TELEMETRY.name),
          stringData: { [TELEMETRY.key]: secretText(args.telemetryHeaders, secrets) },
        },
        within,
      );
    if (args.certificates !== undefined)
      new ConfigMap(
        CERTIFICATES.configMap,
        {
          metadata: metadata(CERTIFICATES.configMap),
          data: { [CERTIFICATES.key]: args.certificates },
        },
        within,
      );
    if (args.networkPolicy)
      new NetworkPolicy(
        name,
        { metadata: metadata("no-ingress"), spec: { podSelector: {}, policyTypes: ["Ingress"] } },
        within,
      );
    const blocked = args.identity?.blockedNetworks ?? [];
    if (args.networkPolicy && blocked.length > 0)
      new NetworkPolicy(
        `${name}-blocked-networks`,
        { metadata: metadata("blocked-networks"), spec: everywhereBut(blocked) },
        within,
      );
    this.registerOutputs({ namespace: settings.namespace });
  }
}

/**
 * Allows pods to connect to everything except some networks. Pods are listed as well, because some
 * network plugins do not treat their addresses as part of an address range.
 */
function everywhereBut(networks: readonly string[]): input.networking.v1.NetworkPolicySpec {
  const within = (all: string, version: (network: string) => boolean) => ({
    ipBlock: { cidr: all, except: networks.filter(version) },
  });
  const isIpv6 = (network: string) => network.includes(":");
  return {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          { namespaceSelector: {} },
          within("0.0.0.0/0", (network) => !isIpv6(network)),
          within("::/0", isIpv6),
        ],
      },
    ],
  };
}

type Annotations = { readonly [name: string]: pulumi.Input<string> };

type Metadata = (name: string, annotations?: Annotations) => input.meta.v1.ObjectMeta;

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
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const account of [serviceAccount, ...Object.values(identity?.serviceAccounts ?? {})]) {
    new ServiceAccount(
      account,
      {
        metadata: metadata(account, identity?.accountAnnotations[account]),
        automountServiceAccountToken: false,
      },
      opts,
    );
  }
  const executor = new ServiceAccount(
    executorServiceAccount,
    { metadata: metadata(executorServiceAccount), automountServiceAccountToken: false },
    opts,
  );
  const token = `${executorServiceAccount}.service-account-token`;
  new Secret(
    token,
    {
      metadata: metadata(token, { "kubernetes.io/service-account.name": executorServiceAccount }),
      type: "kubernetes.io/service-account-token",
    },
    { ...opts, dependsOn: [executor] },
  );
  const role = new Role(
    name,
    {
      metadata: metadata(executorServiceAccount),
      rules: [
        {
          apiGroups: ["argoproj.io"],
          resources: ["workflowtaskresults"],
          verbs: ["create", "patch"],
        },
      ],
    },
    opts,
  );
  const subjects = [{ kind: "ServiceAccount", name: executorServiceAccount }];
  new RoleBinding(
    name,
    {
      metadata: metadata(executorServiceAccount),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects,
    },
    opts,
  );
}

function pullSecret(
  { address, pullAddress, username, password }: RegistrySettings,
  secrets: Secrets,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  if (username === undefined || password === undefined) return;
  const host = hostOf(pullAddress ?? address);
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
      metadata: metadata(REGISTRY_SECRET),
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": config },
    },
    opts,
  );
}
