import { print } from "../common/print";
import { stackCommand } from "../common/command-text";
import { MANAGED, STACK_LABEL } from "../manifests/namespace-labels";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
import { deleteObjects, liveObjects, recordedObjects } from "./pipeline-objects";
import type { Engine } from "./pulumi";
import {
  pendingCreates,
  pendingObject,
  planRecovery,
  RELEASE,
  type Finding,
  type PendingObject,
  type Recovery,
} from "./recovery";
import {
  nameOf,
  namespacesIn,
  resourcesOf,
  writeState,
  type RecordedResource,
  type StackState,
} from "./state";

interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: { readonly [name: string]: string };
  };
}

/** Where a stack lives: the engine that has its state, and the cluster that has its objects. */
export interface RecoveryArgs {
  readonly engine: Engine;
  readonly state: StackState;
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
}

/**
 * Repairs what an update left behind that was killed: objects that it created and could not save are adopted into the
 * state, Helm releases that were never finished are released, and what does not exist is created by the next update.
 * Objects of others are never touched.
 *
 * @returns the state after it.
 * @throws UserError if an object that is not the stack's has the name of one of its own.
 */
export function recover({ engine, state, context, namespace }: RecoveryArgs): StackState {
  const kubectl = (args: readonly string[], input?: string) =>
    capture("kubectl", ["--context", context, ...args], input === undefined ? {} : { input });
  const recovery = findRecovery(engine.name, state, kubectl);
  refuseForeign(recovery.foreign);
  for (const release of releasesOf(state))
    forgetUnfinished(release, pendingCreates(state).includes(release), kubectl);
  const isChanged = pendingCreates(recovery.state).length < pendingCreates(state).length;
  if (isChanged) writeState(engine, recovery.state);
  const repaired = isChanged ? recovery.state : state;
  const strays = strayObjects(repaired, { context, namespace });
  deleteObjects({ context, namespace }, strays);
  report(recovery, strays.length);
  return repaired;
}

type Kubectl = (args: readonly string[], input?: string) => ReturnType<typeof capture>;

function findRecovery(stack: string, state: StackState, kubectl: Kubectl): Recovery {
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
    // A kind whose definition is not installed yet has no objects.
    if (!ok && !/no matches for kind|NotFound|not found/.test(error))
      throw new UserError(
        `${kind} "${name}" of an interrupted update cannot be looked up: ${error.split("\n").at(-1)}`,
        1,
      );
    // kubectl wraps what it finds by a file into a list.
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

/** Namespaces of the stack: those in its state, and those it was creating that carry its label. */
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

function refuseForeign(objects: readonly PendingObject[]): void {
  if (objects.length === 0) return;
  const names = objects.map(
    ({ kind, name, namespace }) =>
      `${kind} "${name}"${namespace === undefined ? "" : ` in namespace "${namespace}"`}`,
  );
  throw new UserError(
    `${names.join(", ")}: exists and does not belong to this stack.\nRename or delete it, or give the stack other names, then start the update again.`,
    1,
  );
}

/** The releases that the stack has or was creating. */
function releasesOf(state: StackState): readonly RecordedResource[] {
  return [...resourcesOf(state), ...pendingCreates(state)].filter(({ type }) => type === RELEASE);
}

/**
 * Deletes Helm's record of an operation that never ended, without which it refuses every further one. What was installed
 * stays, and the next installation adopts it, because it carries the release's name.
 * Source: helm v3, pkg/action/upgrade.go (`errPending`) and pkg/action/validate.go (`checkOwnership`).
 *
 * @param isPending whether the state does not have the release: then a finished record is one of its own as well.
 */
function forgetUnfinished(
  { inputs }: RecordedResource,
  isPending: boolean,
  kubectl: Kubectl,
): void {
  const { name, namespace } = (inputs ?? {}) as {
    readonly name?: unknown;
    readonly namespace?: unknown;
  };
  if (typeof name !== "string" || typeof namespace !== "string") return;
  const selector = `owner=helm,name=${name}${isPending ? "" : ",status in (pending-install,pending-upgrade,pending-rollback)"}`;
  const { ok, error } = kubectl([
    "-n",
    namespace,
    "delete",
    "secrets",
    "-l",
    selector,
    "--ignore-not-found",
  ]);
  if (!ok && !/not found/i.test(error))
    throw new UserError(
      `the Helm release "${name}" in namespace "${namespace}" was interrupted, and its record cannot be deleted: ${error.split("\n").at(-1)}`,
      1,
    );
}

/** Objects of pipelines in a namespace of the stack that its state does not have. */
function strayObjects(
  state: StackState,
  cluster: { readonly context: string; readonly namespace: string },
): ReturnType<typeof liveObjects> {
  if (!namespacesIn(resourcesOf(state)).includes(cluster.namespace)) return [];
  const recorded = recordedObjects(resourcesOf(state));
  return liveObjects(cluster).filter((key) => !recorded.has(key));
}

function report({ adopted, again, unknown }: Recovery, strays: number): void {
  if (adopted.length + again.length + unknown.length + strays === 0) return;
  const names = (urns: readonly string[]) => urns.map(nameOf).join(", ");
  print("An earlier update was interrupted:");
  if (adopted.length > 0)
    print(`  created and now in the state: ${names(adopted.map(({ resource }) => resource.urn))}`);
  if (again.length > 0) print(`  created again by this update: ${names(again)}`);
  if (strays > 0)
    print(
      `  ${strays} objects of pipelines that the state does not have: deleted, and created again where the array has them`,
    );
  if (unknown.length > 0)
    print(
      `  state unknown, answer for each in a terminal with \`${stackCommand("pulumi", "refresh")}\`: ${names(unknown)}`,
    );
}
