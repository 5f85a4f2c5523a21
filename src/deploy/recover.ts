import { print } from "../common/print";
import { UserError } from "../common/errors";
import { capture } from "../common/command";
import type { Engine } from "./pulumi";
import { pendingCreates, RELEASE, type PendingObject, type Recovery } from "./recovery";
import { nameOf, resourcesOf, writeState, type RecordedResource, type StackState } from "./state";
import { deleteObjects, strayObjects } from "./stack-objects";
import { deleteUnboundClaims } from "./unbound-claims";
import { type Kubectl, findRecovery } from "./find-recovery";

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
