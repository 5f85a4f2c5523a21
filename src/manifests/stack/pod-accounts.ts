import { metadataOf, type Annotations } from "./metadata";

/** A ServiceAccount of pods, which has no permissions on the cluster and no mounted token. */
export function podAccount<Namespace, Value = string>(
  name: string,
  namespace: Namespace,
  annotations?: Annotations<Value>,
) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: metadataOf(name, namespace, annotations),
    automountServiceAccountToken: false,
  };
}

/**
 * The token that Argo's container reports with, which is mounted only there. Kubernetes fills it in.
 * Source: argo-workflows v4.1.2, docs/workflow-rbac.md.
 */
export function executorToken<Namespace>(account: string, namespace: Namespace) {
  return {
    apiVersion: "v1" as const,
    kind: "Secret" as const,
    metadata: metadataOf(`${account}.service-account-token`, namespace, {
      "kubernetes.io/service-account.name": account,
    }),
    type: "kubernetes.io/service-account-token",
  };
}

/** What Argo's container is allowed to do: report the results of its pod. */
export function executorRole<Namespace>(account: string, namespace: Namespace) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1" as const,
    kind: "Role" as const,
    metadata: metadataOf(account, namespace),
    rules: [
      {
        apiGroups: ["argoproj.io"],
        resources: ["workflowtaskresults"],
        verbs: ["create", "patch"],
      },
    ],
  };
}

/**
 * Gives Argo's container its role.
 *
 * @param role name of the role; with Pulumi an output.
 */
export function executorBinding<Namespace, Role>(
  account: string,
  namespace: Namespace,
  role: Role,
) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1" as const,
    kind: "RoleBinding" as const,
    metadata: metadataOf(account, namespace),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
    subjects: [{ kind: "ServiceAccount", name: account }],
  };
}
