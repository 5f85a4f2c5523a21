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

/** Why a controller does nothing; undefined where it has a pod that is ready. */
export function idleBecause({ metadata, spec, status }: DeploymentObject): Idle | undefined {
  const where = `${metadata.namespace}/${metadata.name}`;
  const deployment = `-n ${metadata.namespace} deploy/${metadata.name}`;
  if (spec.replicas === 0) return { found: `${where} is scaled to no pods: nothing starts or ends`, todo: `kubectl scale ${deployment} --replicas=1` };
  if ((status?.readyReplicas ?? 0) === 0) return { found: `${where} has no pod that is ready: nothing starts or ends`, todo: `kubectl logs ${deployment}` };
  return undefined;
}

/** Why nothing starts or ends on the cluster; undefined where a controller is ready, where there is none, or where one may not see it. */
export async function idleController(connection: Connection): Promise<Idle | undefined> {
  const page = await connection.ask<Page<DeploymentObject>>({ verb: "list", resource: DEPLOYMENTS, query: CONTROLLER }).catch(absentOrForbidden);
  const found = (page?.items ?? []).map(idleBecause);
  return found.includes(undefined) ? undefined : found[0];
}
