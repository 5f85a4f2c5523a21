import type { Commands } from "../common/commands";
import { ARGO_RELEASE } from "../manifests/charts/argo-values";
import type { CheckedSettings } from "../settings/schema";
import type { RecordedResource } from "./state";

/** Objects on the cluster that a stack creates or needs. */
export interface Existing {
  /** Existing namespaces with the names of the stack's namespaces. */
  readonly namespaces: readonly string[];
  /** Annotations of the CRD of Argo's Workflows. Default: it does not exist. */
  readonly workflows?: { readonly [name: string]: string };
  /** Whether the CRD of CronWorkflows exists. */
  readonly cronWorkflows: boolean;
}

/** All namespaces that a stack creates. */
export function ownNamespaces({
  namespace,
  argo,
  objectStore,
}: Pick<CheckedSettings, "namespace" | "argo" | "objectStore">): readonly string[] {
  return [
    ...new Set([
      namespace,
      ...(argo.install ? [argo.namespace] : []),
      ...(objectStore.kind === "minio" ? [objectStore.namespace] : []),
    ]),
  ];
}

/**
 * Conflicts and missing prerequisites of a stack: Pulumi does not create a namespace that already
 * exists, and Helm does not adopt CRDs of another release.
 *
 * @param recorded resources in the stack's state for this cluster, which are no conflicts.
 * @returns one text per problem.
 */
export function obstacles(
  settings: Pick<CheckedSettings, "namespace" | "argo" | "objectStore">,
  existing: Existing,
  recorded: readonly Pick<RecordedResource, "type" | "id">[],
  commands: Commands,
): readonly string[] {
  const has = (type: string, id: string) =>
    recorded.some((resource) => resource.type === type && resource.id === id);
  const taken = existing.namespaces.filter((name) => !has("kubernetes:core/v1:Namespace", name));
  const { argo } = settings;
  const ownsArgo = has("kubernetes:helm.sh/v3:Release", `${argo.namespace}/${ARGO_RELEASE}`);
  return [
    ...(taken.length > 0 ? [namespacesText(taken)] : []),
    ...(argo.install
      ? ownsArgo
        ? []
        : foreignArgo(settings, existing, commands)
      : missingArgo(existing)),
  ];
}

function namespacesText(names: readonly string[]): string {
  const [are, them] =
    names.length === 1
      ? [`namespace ${names.join()} exists`, "it"]
      : [`namespaces ${names.join(", ")} exist`, "them"];
  return `${are} but ${names.length === 1 ? "does" : "do"} not belong to this stack, which creates its own. Choose other names with tapctl:namespace, tapctl:argo.namespace and tapctl:objectStore.namespace, or delete ${them} if unused. If another update of this stack is in progress, wait for it; to update another stack of this project, use --stack`;
}

/**
 * CRDs that were kept when the stack was destroyed carry the name of its release; full ones carry
 * no release name.
 */
function foreignArgo(
  { argo }: Pick<CheckedSettings, "argo">,
  { workflows }: Existing,
  { kubectl }: Commands,
): readonly string[] {
  if (workflows === undefined) return [];
  const [name, namespace] = [
    workflows["meta.helm.sh/release-name"],
    workflows["meta.helm.sh/release-namespace"],
  ];
  if (
    name === undefined
      ? argo.crds === "full"
      : name === ARGO_RELEASE && namespace === argo.namespace
  )
    return [];
  const owner =
    name === undefined
      ? "not installed by Helm"
      : `owned by the Helm release "${name}" in namespace ${namespace}`;
  return [
    `Argo's CRDs already exist (${owner}), and Helm cannot adopt them for the release "${ARGO_RELEASE}" in ${argo.namespace}. Use the existing Argo with tapctl:argo: { install: false }. If it is unused, delete the CRDs together with all Workflows of the cluster: ${kubectl("get crd -o name")} | grep 'workflow.*[.]argoproj[.]io' | xargs ${kubectl("delete")}`,
  ];
}

function missingArgo({ cronWorkflows }: Existing): readonly string[] {
  return cronWorkflows
    ? []
    : [
        "tapctl:argo.install is false, but the cluster has no cronworkflows.argoproj.io: install Argo Workflows there, or remove the setting",
      ];
}
