import { MANAGED } from "../manifests/namespace-labels";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
import { namespacesIn, type RecordedResource } from "./state";

/** An object on the cluster. */
export interface StackObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Kinds that a stack creates in any of its namespaces. */
const CORE =
  "secrets,configmaps,serviceaccounts,roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io,networkpolicies.networking.k8s.io";

/** Kinds that a stack creates in the namespace of the pipelines; each list may not be installed. */
const INSTALLED = [
  "cronworkflows.argoproj.io,workflowtemplates.argoproj.io",
  "prometheusrules.monitoring.coreos.com,servicemonitors.monitoring.coreos.com,podmonitors.monitoring.coreos.com",
];

/** Number of pipelines in a state. */
export function countPipelines(resources: readonly RecordedResource[]): number {
  return resources.filter(({ type }) => type === "tapctl:index:Pipeline").length;
}

/**
 * Objects in the stack's own namespaces that carry the labels of a stack and are missing from its
 * state. An update that was killed before it saved them leaves some, and so does a `destroy`: Pulumi
 * drops an object from the state without deleting it if its namespace is going to be deleted.
 * Objects with an owner are not the stack's: External Secrets Operator copies the labels of an
 * ExternalSecret to its Secret.
 *
 * @param namespace namespace of the pipelines.
 * @throws UserError if they cannot be listed.
 */
export function strayObjects(
  resources: readonly RecordedResource[],
  context: string,
  namespace: string,
): readonly StackObject[] {
  const recorded = recordedObjects(resources);
  return namespacesIn(resources)
    .flatMap((each) =>
      [CORE, ...(each === namespace ? INSTALLED : [])].flatMap((kinds) =>
        liveObjects(context, each, kinds),
      ),
    )
    .filter((object) => !recorded.has(`${object.kind}/${object.namespace}/${object.name}`));
}

/**
 * Deletes objects; running Workflows continue.
 *
 * @throws UserError if the cluster rejects it.
 */
export function deleteObjects(context: string, objects: readonly StackObject[]): void {
  if (objects.length === 0) return;
  const items = objects.map(({ apiVersion, kind, name, namespace }) => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
  }));
  const { ok, error } = capture(
    "kubectl",
    ["--context", context, "delete", "--cascade=orphan", "--ignore-not-found", "-f", "-"],
    { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) },
  );
  if (!ok)
    throw new UserError(
      `Cannot delete leftovers of an interrupted update: ${error.split("\n").at(-1)}`,
      { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
    );
}

/** Objects in a state, as `KIND/NAMESPACE/NAME`. */
function recordedObjects(resources: readonly RecordedResource[]): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ type, id }) =>
      type.startsWith("kubernetes:") && id !== undefined ? [`${type.split(":").at(-1)}/${id}`] : [],
    ),
  );
}

/** Objects with the labels of a stack; none if their kinds are not installed. */
function liveObjects(context: string, namespace: string, kinds: string): readonly StackObject[] {
  const labels = Object.entries(MANAGED).map(([name, value]) => `${name}=${value}`);
  const line = "{.apiVersion} {.kind} {.metadata.name} {.metadata.ownerReferences[*].uid}";
  const { ok, output, error } = capture("kubectl", [
    ...["--context", context, "-n", namespace, "get", kinds, "-l", labels.join(",")],
    ...["-o", `jsonpath={range .items[*]}${line}{"\\n"}{end}`],
  ]);
  if (!ok && error.includes("the server doesn't have a resource type")) return [];
  if (!ok)
    throw new UserError(
      `Cannot list the objects of the stack in namespace "${namespace}": ${error.split("\n").at(-1)}`,
      { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
    );
  return output.split("\n").flatMap((text) => {
    const [apiVersion, kind, name, owner] = text.split(" ");
    return apiVersion && kind && name && !owner ? [{ apiVersion, kind, name, namespace }] : [];
  });
}
