import type { PendingOperation, RecordedResource, StackState } from "./state";
import { resourcesOf } from "./state";

/** Type of a Helm release. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** A Kubernetes object that the engine was creating when it was killed. */
export interface PendingObject {
  readonly resource: RecordedResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for a cluster-wide object. */
  readonly namespace?: string;
}

/** What became of the object of a pending create. */
export type Finding =
  /** It exists and carries the stack's labels. */
  | "ours"
  /** It exists and is not the stack's. */
  | "foreign"
  /** It does not exist. */
  | "absent";

/** How to continue after an interrupted update. */
export interface Recovery {
  /** The repaired state: what exists is in it, what does not is created again. */
  readonly state: StackState;
  /** Objects that were created and not saved; they are in the repaired state. */
  readonly adopted: readonly PendingObject[];
  /** URNs of what the next update creates again. */
  readonly again: readonly string[];
  /** Objects of others that have the names of this stack's. */
  readonly foreign: readonly PendingObject[];
  /** URNs of resources of other providers that stay pending, because only their provider knows whether they exist. */
  readonly unknown: readonly string[];
}

/** Creating these twice is harmless: an image is pushed again under its tag, a password exists in the state alone. */
const REPEATABLE = ["docker-build:", "random:", "tapctl:", "pulumi:"];

/** The creates that a state has not seen the end of. */
export function pendingCreates({ deployment }: StackState): readonly RecordedResource[] {
  return (deployment.pending_operations ?? [])
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => resource);
}

/** A Kubernetes object by what its resource asks for; undefined for a Helm release and for other providers' resources. */
export function pendingObject(resource: RecordedResource): PendingObject | undefined {
  if (!resource.type.startsWith("kubernetes:") || resource.type === RELEASE) return undefined;
  const { apiVersion, kind, metadata } = (resource.inputs ?? {}) as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  };
  const { name, namespace } = metadata ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return undefined;
  return { resource, apiVersion, kind, name, ...(typeof namespace === "string" && { namespace }) };
}

/**
 * Works out how to continue: a create whose object exists and is the stack's becomes a resource of the state if what it is
 * a part of is still there; all others are forgotten, so that the next update creates them.
 *
 * @param find what became of an object.
 */
export function planRecovery(
  state: StackState,
  find: (object: PendingObject) => Finding,
): Recovery {
  const adopted: PendingObject[] = [];
  const foreign: PendingObject[] = [];
  const again: string[] = [];
  const unknown: string[] = [];
  const known = new Set([...resourcesOf(state), ...pendingCreates(state)].map(({ urn }) => urn));
  const kept = (state.deployment.pending_operations ?? []).filter((operation) => {
    if (operation.type !== "creating") return true;
    const { resource } = operation;
    const object = pendingObject(resource);
    const finding = object && find(object);
    if (object && finding === "ours") {
      // One whose pipeline has left the array since is no part of the state any more.
      if (referencesOf(resource).every((urn) => known.has(urn))) adopted.push(object);
    } else if (object && finding === "foreign") foreign.push(object);
    else if (
      object ||
      resource.type === RELEASE ||
      REPEATABLE.some((prefix) => resource.type.startsWith(prefix))
    )
      again.push(resource.urn);
    else unknown.push(resource.urn);
    return unknown.includes(resource.urn);
  });
  return {
    state: withResources(state, adopted.map(recorded), kept),
    adopted,
    again,
    foreign,
    unknown,
  };
}

function referencesOf({ parent, dependencies = [] }: RecordedResource): readonly string[] {
  return [...(parent === undefined ? [] : [parent]), ...dependencies];
}

/** A pending create as the resource that it has become; a refresh reads the rest of its outputs. */
function recorded({ resource, name, namespace }: PendingObject): RecordedResource {
  return {
    ...resource,
    id: namespace === undefined ? name : `${namespace}/${name}`,
    outputs: resource.outputs ?? resource.inputs ?? {},
  };
}

function withResources(
  state: StackState,
  added: readonly RecordedResource[],
  pending: readonly PendingOperation[],
): StackState {
  // Behind all others, as they depend on resources that were saved before their own create began.
  return {
    ...state,
    deployment: {
      ...state.deployment,
      resources: [...resourcesOf(state), ...added],
      pending_operations: pending,
    },
  };
}
