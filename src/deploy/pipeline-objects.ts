import { defaultClusterSettings } from "../manifests/argo/cluster-settings";
import { PIPELINE_LABEL } from "../manifests/argo/names";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
import type { RecordedResource } from "./state";

/** The cluster and namespace in which pipelines run. */
export interface PipelinesCluster {
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
}

/** An object of a pipeline as `kind/name`, such as `Secret/pipeline-orders`. */
export type ObjectKey = `${"CronWorkflow" | "Secret"}/${string}`;

const TYPES: { readonly [type: string]: "CronWorkflow" | "Secret" } = {
  "kubernetes:argoproj.io/v1alpha1:CronWorkflow": "CronWorkflow",
  "kubernetes:core/v1:Secret": "Secret",
};

/** The objects of pipelines in a state. */
export function recordedObjects(resources: readonly RecordedResource[]): ReadonlySet<ObjectKey> {
  return new Set(
    resources.flatMap(({ type, id }): ObjectKey[] => {
      const kind = TYPES[type];
      return kind && id !== undefined ? [`${kind}/${id.split("/").at(-1) ?? id}`] : [];
    }),
  );
}

/** Number of pipelines in a state. */
export function countPipelines(resources: readonly RecordedResource[]): number {
  return resources.filter(({ type }) => type === "tapctl:index:Pipeline").length;
}

/**
 * The pipelines' objects on the cluster with this project's labels.
 *
 * @throws UserError if they cannot be listed.
 */
export function liveObjects({ context, namespace }: PipelinesCluster): readonly ObjectKey[] {
  const labels = [
    PIPELINE_LABEL,
    ...Object.entries(defaultClusterSettings.labels).map(([name, value]) => `${name}=${value}`),
  ].join(",");
  const names = (kind: string) =>
    capture("kubectl", [
      "--context",
      context,
      "-n",
      namespace,
      "get",
      kind,
      "-l",
      labels,
      "-o",
      'jsonpath={range .items[*]}{.kind}/{.metadata.name}{"\\n"}{end}',
    ]);
  return ["secrets", "cronworkflows.argoproj.io"].flatMap((kind) => {
    const { ok, output, error } = names(kind);
    // CronWorkflows do not exist before Argo is installed.
    if (!ok && error.includes("the server doesn't have a resource type")) return [];
    if (!ok)
      throw new UserError(
        `Cannot list the pipelines in namespace "${namespace}": ${error.split("\n").at(-1)}`,
        { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
      );
    return output.split("\n").filter((line) => line !== "") as ObjectKey[];
  });
}

/**
 * Deletes objects of pipelines; running Workflows continue.
 *
 * @throws UserError if the cluster rejects it.
 */
export function deleteObjects(
  { context, namespace }: PipelinesCluster,
  keys: readonly ObjectKey[],
): void {
  if (keys.length === 0) return;
  const items = keys.map((key) => {
    const [kind, name] = key.split("/");
    return {
      apiVersion: kind === "Secret" ? "v1" : "argoproj.io/v1alpha1",
      kind,
      metadata: { name, namespace },
    };
  });
  const { ok, error } = capture(
    "kubectl",
    [
      "--context",
      context,
      "-n",
      namespace,
      "delete",
      "--cascade=orphan",
      "--ignore-not-found",
      "-f",
      "-",
    ],
    { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) },
  );
  if (!ok)
    throw new UserError(
      `Cannot delete leftovers of an interrupted update in namespace "${namespace}": ${error.split("\n").at(-1)}`,
      { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
    );
}
