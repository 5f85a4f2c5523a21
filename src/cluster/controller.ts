import { kubectl } from "../common/command-text";
import { absentOrForbidden } from "./api-errors";
import type { Connection } from "./connection";
import type { DeploymentObject, Page } from "./objects";
import { DEPLOYMENTS } from "./resources";

/** Deployments and pods of Argo's controller, as its chart labels them. */
export const CONTROLLER = { labelSelector: "app.kubernetes.io/component=workflow-controller" };

/** Why a controller does nothing, and what to do. */
export interface Idle {
  /** What is wrong with it, by its namespace and name. */
  readonly found: string;
  /** A command. */
  readonly todo: string;
}

/** Why a controller does nothing that was scaled to nothing; undefined for another one. */
export function scaledToNothing({
  metadata: { namespace, name },
  spec,
}: DeploymentObject): Idle | undefined {
  return spec.replicas === 0
    ? {
        found: `${namespace}/${name} is scaled to no pods: nothing starts or ends`,
        todo: kubectl(`scale -n ${namespace} deploy/${name} --replicas=1`),
      }
    : undefined;
}

/** Why a controller does nothing; undefined where it has a pod that is ready. */
export function idleBecause(controller: DeploymentObject): Idle | undefined {
  const {
    metadata: { namespace, name },
    status,
  } = controller;
  const unready =
    (status?.readyReplicas ?? 0) === 0
      ? {
          found: `${namespace}/${name} has no pod that is ready: nothing starts or ends`,
          todo: kubectl(`logs -n ${namespace} deploy/${name}`),
        }
      : undefined;
  return scaledToNothing(controller) ?? unready;
}

/** Why all of the controllers do nothing, by the first of them; undefined where one works, or there is none. */
export function allIdle(
  controllers: readonly DeploymentObject[],
  why: (controller: DeploymentObject) => Idle | undefined,
): Idle | undefined {
  const found = controllers.map(why);
  return found.includes(undefined) ? undefined : found[0];
}

/** Why nothing starts or ends on the cluster; undefined where a controller is ready, where there is none, or where one may not see it. */
export async function idleController(connection: Connection): Promise<Idle | undefined> {
  const page = await connection
    .ask<Page<DeploymentObject>>({ verb: "list", resource: DEPLOYMENTS, query: CONTROLLER })
    .catch(absentOrForbidden);
  return allIdle(page?.items ?? [], idleBecause);
}
