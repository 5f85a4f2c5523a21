import type { Commands, TextWithCommands } from "../common/commands";
import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import type { DeploymentObject, Page } from "./objects";
import { DEPLOYMENTS } from "./resources";

/** Label of the Deployments and pods of Argo's controller, as in its chart. */
export const CONTROLLER = { labelSelector: "app.kubernetes.io/component=workflow-controller" };

/** Why a controller is inactive, and how to fix it. */
export interface Idle {
  /** The problem, with namespace and name of the controller. */
  readonly found: string;
  /** A command that fixes or diagnoses it. */
  readonly todo: TextWithCommands;
}

/** Why a controller is inactive, if it is scaled to zero; otherwise undefined. */
export function scaledToNothing({
  metadata: { namespace, name },
  spec,
}: DeploymentObject): Idle | undefined {
  return spec.replicas === 0
    ? {
        found: `${namespace}/${name} is scaled to zero: no run starts or ends`,
        todo: ({ kubectl }) => kubectl(`scale -n ${namespace} deploy/${name} --replicas=1`),
      }
    : undefined;
}

/** Why a controller is inactive; undefined if it has a ready pod. */
export function idleBecause(controller: DeploymentObject): Idle | undefined {
  const {
    metadata: { namespace, name },
    status,
  } = controller;
  const unready =
    (status?.readyReplicas ?? 0) === 0
      ? {
          found: `${namespace}/${name} has no ready pod: no run starts or ends`,
          todo: ({ kubectl }: Commands) => kubectl(`logs -n ${namespace} deploy/${name}`),
        }
      : undefined;
  return scaledToNothing(controller) ?? unready;
}

/**
 * Why all controllers are inactive, for the first of them; undefined if one works or none exists.
 */
export function allIdle(
  controllers: readonly DeploymentObject[],
  why: (controller: DeploymentObject) => Idle | undefined,
): Idle | undefined {
  const found = controllers.map(why);
  return found.includes(undefined) ? undefined : found[0];
}

/**
 * Why no run starts or ends on the cluster; undefined if a controller is ready, none exists, or
 * access is denied.
 */
export async function idleController(connection: Connection): Promise<Idle | undefined> {
  const page = await connection
    .ask<Page<DeploymentObject>>({ verb: "list", resource: DEPLOYMENTS, query: CONTROLLER })
    .catch(absentOrForbidden);
  return allIdle(page?.items ?? [], idleBecause);
}
