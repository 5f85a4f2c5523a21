import type { PendingOperation, RecordedResource, StackState } from "./state";
import { resourcesOf } from "./state";

/** Type of a Helm release. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** A Kubernetes object that was being created when the engine was killed. */
export interface PendingObject {
  readonly resource: RecordedResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for a cluster-wide object. */
  readonly namespace?: string;
}

/** Whether the object of a pending create exists. */
export type Finding =
  /** It exists and carries the stack's labels. */
  | "ours"
  /** It exists but does not belong to the stack. */
  | "foreign"
  /** It does not exist. */
  | "absent";

/** How to continue after an interrupted update. */
export interface Recovery {
  /** The repaired state: existing objects are added, missing ones will be created again. */
  readonly state: StackState;
  /** Objects that were created but not saved; they are in the repaired state. */
  readonly adopted: readonly PendingObject[];
  /** URNs of resources that the next update creates again. */
  readonly again: readonly string[];
  /** Objects with the stack's names that do not belong to it. */
  readonly foreign: readonly PendingObject[];
  /**
   * URNs of resources of other providers, which stay pending: only the provider knows whether they
   * exist.
   */
  readonly unknown: readonly string[];
}

/**
 * Creating these twice is harmless: an image is pushed again under the same tag, a password exists
 * only in the state.
 */
const REPEATABLE = ["docker-build:", "random:", "tapctl:", "pulumi:"];

/** Create operations in a state that have not ended. */
export function pendingCreates({ deployment }: StackState): readonly RecordedResource[] {
  return (deployment.pending_operations ?? [])
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => resource);
}

/**
 * The Kubernetes object of a resource; undefined for a Helm release and for resources of other
 * providers.
 */
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
 * Plans how to continue: a pending create whose object exists and belongs to the stack becomes a
 * resource if its parent still exists. All others are dropped, so that the next update creates
 * them.
 *
 * @param find looks up an object.
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
      // If its pipeline was removed from the array, the object is not added to the state.
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

/** A pending create as a finished resource; a refresh reads the rest of its outputs. */
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
  // After all others: they depend on resources that were saved before their own create started.
  return {
    ...state,
    deployment: {
      ...state.deployment,
      resources: [...resourcesOf(state), ...added],
      pending_operations: pending,
    },
  };
}
