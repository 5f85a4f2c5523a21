import type { CheckedSettings } from "../../settings/schema";
import type { UiSettings } from "../../settings/ui";
import { hardenedContainer, hardenedPod } from "../argo/security";
import { defaultClusterSettings } from "../argo/cluster-settings";
import { MANAGED } from "../namespace-labels";
import type { KubernetesObject } from "../complete/kubernetes-object";
import { metadataOf } from "./metadata";
import { STORE_SECRET } from "./object-store";

/** Name of the console's objects and of the repository of its image. */
export const CONSOLE = "tapctl-console";

/** Port of the console in its pod. */
export const CONSOLE_PORT = 8080;
/** Port of its Service. */
const SERVICE_PORT = 80;
const LABELS = { ...MANAGED, "app.kubernetes.io/name": CONSOLE };

/** What the console is built from. */
export interface ConsoleParts<Value> {
  readonly settings: Pick<UiSettings, "allowChanges" | "hosts">;
  /** Namespace of the pipelines, by which the objects wait for it. */
  readonly namespace: Value;
  /** Name of that namespace. */
  readonly namespaceName: string;
  readonly image: Value;
  /** Secrets to pull the image with. */
  readonly pullSecrets: readonly string[];
}

/** The objects of the console. With Pulumi, some values are outputs. */
export function consoleObjects<Value>({
  settings,
  namespace,
  namespaceName,
  image,
  pullSecrets,
}: ConsoleParts<Value>) {
  const metadata = metadataOf(CONSOLE, namespace);
  return {
    account: {
      apiVersion: "v1" as const,
      kind: "ServiceAccount" as const,
      metadata,
      automountServiceAccountToken: false,
    },
    role: {
      apiVersion: "rbac.authorization.k8s.io/v1" as const,
      kind: "Role" as const,
      metadata,
      rules: readingRules(),
    },
    binding: {
      apiVersion: "rbac.authorization.k8s.io/v1" as const,
      kind: "RoleBinding" as const,
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: CONSOLE },
      subjects: [{ kind: "ServiceAccount", name: CONSOLE, namespace }],
    },
    deployment: {
      apiVersion: "apps/v1" as const,
      kind: "Deployment" as const,
      metadata: { ...metadata, labels: { ...LABELS } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { "app.kubernetes.io/name": CONSOLE } },
        template: {
          metadata: { labels: { ...LABELS } },
          spec: {
            serviceAccountName: CONSOLE,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            securityContext: hardenedPod,
            ...(pullSecrets.length > 0 && {
              imagePullSecrets: pullSecrets.map((name) => ({ name })),
            }),
            containers: [container(settings, namespaceName, image)],
          },
        },
      },
    },
    service: {
      apiVersion: "v1" as const,
      kind: "Service" as const,
      metadata,
      spec: {
        selector: { "app.kubernetes.io/name": CONSOLE },
        ports: [{ name: "http", port: SERVICE_PORT, targetPort: CONSOLE_PORT }],
      },
    },
    /** The namespace blocks other connections to its pods; readers log in. */
    network: {
      apiVersion: "networking.k8s.io/v1" as const,
      kind: "NetworkPolicy" as const,
      metadata,
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": CONSOLE } },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ port: CONSOLE_PORT }] }],
      },
    },
  };
}

/** The objects of a stack's console as plain data. */
export function consoleManifests(
  { ui, namespace, networkPolicy }: Pick<CheckedSettings, "ui" | "namespace" | "networkPolicy">,
  image: string,
  pullSecrets: readonly string[] = [],
): readonly KubernetesObject[] {
  const { account, role, binding, deployment, service, network } = consoleObjects({
    settings: ui,
    namespace,
    namespaceName: namespace,
    image,
    pullSecrets,
  });
  return [account, role, binding, ...(networkPolicy ? [network] : []), deployment, service];
}

/** What the console itself may do: read. For changes, it uses the token of the reader. */
function readingRules() {
  const { configMap } = defaultClusterSettings.artifactRepository;
  const argo = { apiGroups: ["argoproj.io"], verbs: ["get", "list"] };
  return [
    { ...argo, resources: ["workflows", "cronworkflows"] },
    { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["events"], verbs: ["list"] },
    { apiGroups: [""], resources: ["configmaps"], resourceNames: [configMap], verbs: ["get"] },
    { apiGroups: [""], resources: ["secrets"], resourceNames: [STORE_SECRET], verbs: ["get"] },
  ];
}

function container<Value>(
  { allowChanges, hosts }: ConsoleParts<Value>["settings"],
  namespace: string,
  image: Value,
) {
  const service = [CONSOLE, `${CONSOLE}.${namespace}`, `${CONSOLE}.${namespace}.svc`];
  const health = { httpGet: { path: "/healthz", port: CONSOLE_PORT } };
  return {
    name: "console",
    image,
    env: [
      { name: "TAPCTL_CONSOLE_HOSTS", value: [...service, ...hosts].join() },
      { name: "TAPCTL_CONSOLE_CHANGES", value: String(allowChanges) },
    ],
    ports: [{ name: "http", containerPort: CONSOLE_PORT }],
    readinessProbe: health,
    livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 5 },
    resources: { requests: { cpu: "20m", memory: "100Mi" }, limits: { memory: "150M" } },
    securityContext: hardenedContainer,
  };
}
