import { print } from "../common/print";
import { MANAGED, STACK_LABEL } from "../manifests/namespace-labels";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
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
import { deleteObjects, strayObjects } from "./stack-objects";
import { deleteUnboundClaims } from "./unbound-claims";

interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: { readonly [name: string]: string };
  };
}

/** The stack's engine with its state, and the cluster with its objects. */
export interface RecoveryArgs {
  readonly engine: Engine;
  readonly state: StackState;
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Namespace of the pipelines. */
  readonly namespace: string;
}

/**
 * Repairs the state after an update was killed. Objects that were created but not saved are added
 * to the state, pending Helm operations are cleared, and missing objects are left for the next
 * update to create. Objects that do not belong to the stack are never changed.
 *
 * @returns the repaired state.
 * @throws UserError if an object that does not belong to the stack has the name of one of its
 *   objects.
 */
export function recover({ engine, state, context, namespace }: RecoveryArgs): StackState {
  const kubectl = (args: readonly string[], input?: string) =>
    capture("kubectl", ["--context", context, ...args], input === undefined ? {} : { input });
  const recovery = findRecovery(engine.name, state, kubectl);
  refuseForeign(recovery.foreign);
  const claims = releasesOf(state).flatMap((release) =>
    forgetUnfinished(release, pendingCreates(state).includes(release), kubectl),
  );
  const isChanged = pendingCreates(recovery.state).length < pendingCreates(state).length;
  if (isChanged) writeState(engine, recovery.state);
  const repaired = isChanged ? recovery.state : state;
  const strays = strayObjects(resourcesOf(repaired), context, namespace);
  deleteObjects(context, strays);
  report(engine, recovery, strays.length, claims);
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

function refuseForeign(objects: readonly PendingObject[]): void {
  if (objects.length === 0) return;
  const names = objects.map(
    ({ kind, name, namespace }) =>
      `${kind} "${name}"${namespace === undefined ? "" : ` in namespace "${namespace}"`}`,
  );
  throw new UserError(`${names.join(", ")} already exists and does not belong to this stack.`, {
    fix: "Rename or delete it, or change the names in the stack's settings, then run the update again.",
    exitCode: 1,
  });
}

/** The Helm releases in the state and those pending. */
function releasesOf(state: StackState): readonly RecordedResource[] {
  return [...resourcesOf(state), ...pendingCreates(state)].filter(({ type }) => type === RELEASE);
}

/**
 * Deletes Helm's record of an operation that never ended, which would block all further ones.
 * Installed objects are kept and adopted by the next installation, because they carry the release's
 * name. Source: helm v3, pkg/action/upgrade.go (`errPending`) and pkg/action/validate.go
 * (`checkOwnership`).
 *
 * @param isPending whether the release is missing from the state: then finished records and volume
 *   claims without a volume are deleted, too.
 * @returns the deleted claims.
 */
function forgetUnfinished(
  { inputs }: RecordedResource,
  isPending: boolean,
  kubectl: Kubectl,
): readonly string[] {
  const { name, namespace } = (inputs ?? {}) as {
    readonly name?: unknown;
    readonly namespace?: unknown;
  };
  if (typeof name !== "string" || typeof namespace !== "string") return [];
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
      `The Helm release "${name}" in namespace "${namespace}" was interrupted, and its record cannot be deleted: ${error.split("\n").at(-1)}`,
      { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
    );
  return isPending ? deleteUnboundClaims({ name, namespace }, kubectl) : [];
}

function report(
  engine: Engine,
  { adopted, again, unknown }: Recovery,
  strays: number,
  claims: readonly string[],
): void {
  if (adopted.length + again.length + unknown.length + strays === 0) return;
  const names = (urns: readonly string[]) => urns.map(nameOf).join(", ");
  print("An earlier update was interrupted:");
  if (adopted.length > 0)
    print(`  added to the state: ${names(adopted.map(({ resource }) => resource.urn))}`);
  if (again.length > 0) print(`  will be created by this update: ${names(again)}`);
  if (strays > 0)
    print(
      `  deleted ${strays} objects of the stack that are missing from its state; this update creates again what it needs`,
    );
  if (claims.length > 0) print(`  deleted volume claims that had no volume: ${claims.join(", ")}`);
  if (unknown.length > 0)
    print(
      `  unknown; resolve each in a terminal with \`${engine.commands.onStack("pulumi", "refresh")}\`: ${names(unknown)}`,
    );
}
