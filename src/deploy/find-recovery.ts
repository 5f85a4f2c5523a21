import { MANAGED, STACK_LABEL } from "../manifests/namespace-labels";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
import {
  pendingCreates,
  pendingObject,
  planRecovery,
  type Finding,
  type PendingObject,
  type Recovery,
} from "./recovery";
import { namespacesIn, resourcesOf, type StackState } from "./state";

interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: { readonly [name: string]: string };
  };
}

/** Runs kubectl on the stack's cluster. */
export type Kubectl = (args: readonly string[], input?: string) => ReturnType<typeof capture>;

/** Compares what an interrupted update was creating with what the cluster has. Changes nothing. */
export function findRecovery(stack: string, state: StackState, kubectl: Kubectl): Recovery {
  const objects = pendingCreates(state).flatMap((resource) => pendingObject(resource) ?? []);
  const live = liveOf(objects, kubectl);
  const namespaces = ownNamespaces(stack, state, objects, live);
  return planRecovery(state, (object): Finding => {
    const found = live.get(keyOf(object));
    if (!found) return "absent";
    const isManaged = Object.entries(MANAGED).every(
      ([name, value]) => found.metadata.labels?.[name] === value,
    );
    const isOurs =
      object.kind === "Namespace"
        ? namespaces.has(object.name)
        : isManaged && namespaces.has(object.namespace ?? "");
    return isOurs ? "ours" : "foreign";
  });
}

/** The pending objects that exist, by {@link keyOf}. */
function liveOf(
  objects: readonly PendingObject[],
  kubectl: Kubectl,
): ReadonlyMap<string, LiveObject> {
  const found = objects.flatMap(({ apiVersion, kind, name, namespace }): readonly LiveObject[] => {
    const reference = {
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
    };
    const { ok, output, error } = kubectl(
      ["get", "-f", "-", "--ignore-not-found", "-o", "json"],
      JSON.stringify(reference),
    );
    // A kind whose CRD is not installed yet has no objects.
    if (!ok && !/no matches for kind|NotFound|not found/.test(error))
      throw new UserError(
        `Cannot look up ${kind} "${name}" of an interrupted update: ${error.split("\n").at(-1)}`,
        { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
      );
    // kubectl returns a list for objects that are looked up with -f.
    return ok && output !== ""
      ? (JSON.parse(output) as { readonly items: readonly LiveObject[] }).items
      : [];
  });
  return new Map(
    found.map(({ apiVersion, kind, metadata }) => [
      keyOf({ apiVersion, kind, ...metadata }),
      { apiVersion, kind, metadata },
    ]),
  );
}

function keyOf({
  apiVersion,
  kind,
  name,
  namespace = "",
}: Pick<PendingObject, "apiVersion" | "kind" | "name" | "namespace">): string {
  return [apiVersion, kind, namespace, name].join("/");
}

/** Namespaces of the stack: those in its state, and pending ones with its label. */
function ownNamespaces(
  stack: string,
  state: StackState,
  pending: readonly PendingObject[],
  live: ReadonlyMap<string, LiveObject>,
): ReadonlySet<string> {
  const created = pending.filter(
    (object) =>
      object.kind === "Namespace" &&
      live.get(keyOf(object))?.metadata.labels?.[STACK_LABEL] === stack,
  );
  return new Set([...namespacesIn(resourcesOf(state)), ...created.map(({ name }) => name)]);
}
