import { ApiError } from "../cluster/api-errors";
import type { Connection } from "../cluster/connection";
import {
  ACCESS_REVIEWS,
  CRON_WORKFLOWS,
  PODS,
  SECRETS,
  WORKFLOWS,
  type Resource,
} from "../cluster/resources";
import { STORE_SECRET } from "../manifests/stack/object-store";
import type { ActionName } from "./buttons";

/** A permission in the namespace of the pipelines. */
interface Permission {
  readonly verb: string;
  readonly resource: Resource;
  readonly subresource?: string;
  readonly name?: string;
}

const LOGS: Permission = { verb: "get", resource: PODS, subresource: "log" };
const LIST: Permission = { verb: "list", resource: WORKFLOWS };
const CREATE: Permission = { verb: "create", resource: WORKFLOWS };
const PATCH: Permission = { verb: "patch", resource: WORKFLOWS };
const DELETE: Permission = { verb: "delete", resource: WORKFLOWS };
const SCHEDULE: Permission = { verb: "patch", resource: CRON_WORKFLOWS };
/** The keys of the bucket, with which the command writes states. */
const KEYS: Permission = { verb: "get", resource: SECRETS, name: STORE_SECRET };

/** What the verb of each action needs. */
const NEEDED: { readonly [action in ActionName]: readonly Permission[] } = {
  run: [CREATE],
  cancel: [PATCH, DELETE],
  retry: [CREATE],
  suspend: [SCHEDULE],
  resume: [SCHEDULE],
  rollback: [CREATE, PATCH, KEYS],
};

/** What a person may do, as the API server decides; undefined if they may not read the console. */
export async function clusterRights(
  connection: Connection,
  mayChange: boolean,
): Promise<ReadonlySet<ActionName> | undefined> {
  if (!(await allowsAll(connection, [LIST, LOGS]))) return undefined;
  if (!mayChange) return new Set();
  const allowed = await Promise.all(
    (Object.keys(NEEDED) as readonly ActionName[]).map(
      async (action) => [action, await allowsAll(connection, NEEDED[action])] as const,
    ),
  );
  return new Set(allowed.flatMap(([action, isAllowed]) => (isAllowed ? [action] : [])));
}

/** Asks the API server, with the person's own token; a token that it does not accept may do nothing. */
async function allowsAll(
  connection: Connection,
  permissions: readonly Permission[],
): Promise<boolean> {
  const reviews = permissions.map(async ({ verb, resource, subresource, name }) => {
    const review = await connection.ask<{ readonly status?: { readonly allowed?: boolean } }>({
      verb: "create",
      resource: ACCESS_REVIEWS,
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: {
          resourceAttributes: {
            namespace: connection.namespace,
            verb,
            group: resource.group,
            resource: resource.plural,
            ...(subresource !== undefined && { subresource }),
            ...(name !== undefined && { name }),
          },
        },
      },
    });
    return review.status?.allowed === true;
  });
  try {
    return (await Promise.all(reviews)).every((isAllowed) => isAllowed);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}
