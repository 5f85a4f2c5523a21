import { kubectl } from "../common/command-text";
import { ARGO_RELEASE } from "../manifests/charts/argo-values";
import type { CheckedSettings } from "../settings/schema";
import type { RecordedResource } from "./state";

/** What a cluster has of what a stack makes or needs. */
export interface Existing {
  /** Those of the stack's namespaces that are there. */
  readonly namespaces: readonly string[];
  /** Annotations of the definition of Argo's Workflows. Default: it is not there. */
  readonly workflows?: { readonly [name: string]: string };
  /** Whether CronWorkflows are defined. */
  readonly cronWorkflows: boolean;
}

/** Every namespace that a stack makes. */
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
 * What is in the way of a stack, or missing: the engine makes no namespace that is there, whoever made it, and Helm takes
 * over no definition of another release.
 *
 * @param recorded what the stack's state has of this cluster, and so is no obstacle.
 * @returns one text for each problem.
 */
export function obstacles(
  settings: Pick<CheckedSettings, "namespace" | "argo" | "objectStore">,
  existing: Existing,
  recorded: readonly Pick<RecordedResource, "type" | "id">[],
): readonly string[] {
  const has = (type: string, id: string) =>
    recorded.some((resource) => resource.type === type && resource.id === id);
  const taken = existing.namespaces.filter((name) => !has("kubernetes:core/v1:Namespace", name));
  const { argo } = settings;
  const ownsArgo = has("kubernetes:helm.sh/v3:Release", `${argo.namespace}/${ARGO_RELEASE}`);
  return [
    ...(taken.length > 0 ? [namespacesText(taken)] : []),
    ...(argo.install ? (ownsArgo ? [] : foreignArgo(settings, existing)) : missingArgo(existing)),
  ];
}

function namespacesText(names: readonly string[]): string {
  const [are, them] =
    names.length === 1
      ? [`the namespace ${names.join()} is`, "it"]
      : [`the namespaces ${names.join(", ")} are`, "them"];
  return `${are} there and not of this stack, which creates its own: choose other names under tapctl:namespace, tapctl:argo.namespace and tapctl:objectStore.namespace, or delete ${them} if nothing uses ${them}. If an update of this stack is in progress elsewhere, wait for it; to update another stack of this project, name it with --stack`;
}

/** Definitions that were kept when the stack was destroyed have its release's name; full ones are no release's, whoever made them. */
function foreignArgo(
  { argo }: Pick<CheckedSettings, "argo">,
  { workflows }: Existing,
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
      ? "which Helm did not install"
      : `of Helm's release "${name}" in the namespace ${namespace}`;
  return [
    `Argo's definitions are there, ${owner}, and Helm makes none of them those of "${ARGO_RELEASE}" in ${argo.namespace}: use that Argo with tapctl:argo: { install: false }, or where nobody does, delete them, and with them every Workflow of the cluster: ${kubectl("get crd -o name")} | grep 'workflow.*[.]argoproj[.]io' | xargs ${kubectl("delete")}`,
  ];
}

function missingArgo({ cronWorkflows }: Existing): readonly string[] {
  return cronWorkflows
    ? []
    : [
        "tapctl:argo.install is false, and the cluster has no cronworkflows.argoproj.io: install Argo Workflows there, or leave that setting out",
      ];
}
