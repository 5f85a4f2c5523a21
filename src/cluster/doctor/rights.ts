import { defaultClusterSettings } from "../../manifests/argo/cluster-settings";
import { STORE_SECRET } from "../../manifests/stack/object-store";
import { ruleOf, type Verb } from "../api-errors";
import { mapConcurrent } from "../../common/map-concurrent";
import type { Connection } from "../connection";
import {
  ACCESS_REVIEWS,
  CONFIG_MAPS,
  CRON_WORKFLOWS,
  EVENTS,
  PODS,
  SECRETS,
  SERVICES,
  WORKFLOW_TEMPLATES,
  WORKFLOWS,
  type Place,
} from "../resources";
import { serviceOf, type Repository } from "../store";
import { TEMPLATES } from "../templates";
import type { Right } from "./facts";

const AT_ONCE = 16;
const STORE = "commands that read the store";

type Needed = readonly [verb: Verb, place: Place, neededBy: string];

/** Rules that the command's verbs need in the pipelines' namespace. */
const OWN: readonly (readonly [Verb, Omit<Place, "namespace">, string])[] = [
  ["list", { resource: WORKFLOWS }, "status, runs, logs"],
  ["get", { resource: WORKFLOWS }, "status, runs, logs"],
  ["create", { resource: WORKFLOWS }, "run, backfill, retry, state set"],
  ["patch", { resource: WORKFLOWS }, "cancel, state set"],
  ["delete", { resource: WORKFLOWS }, "state set, when it gives up"],
  ["list", { resource: CRON_WORKFLOWS }, "status"],
  ["get", { resource: CRON_WORKFLOWS }, "run"],
  ["patch", { resource: CRON_WORKFLOWS }, "suspend, resume"],
  ...TEMPLATES.map((name) => ["get", { resource: WORKFLOW_TEMPLATES, name }, "doctor"] as const),
  ["list", { resource: PODS }, "logs -f"],
  ["get", { resource: PODS }, "logs -f"],
  ["get", { resource: PODS, subresource: "log" }, "logs -f"],
  ["list", { resource: EVENTS }, "status"],
  [
    "get",
    { resource: CONFIG_MAPS, name: defaultClusterSettings.artifactRepository.configMap },
    STORE,
  ],
];

/**
 * The rules that the command's verbs need, and whether the user has them.
 *
 * @param repository the artifact repository as Argo knows it; undefined if it could not be read.
 *   The path to its bucket is then not checked.
 */
export function rightsOf(
  connection: Connection,
  repository: Repository | undefined,
): Promise<readonly Right[]> {
  const { namespace } = connection;
  const own = OWN.map(([verb, place, neededBy]): Needed => [
    verb,
    { ...place, namespace },
    neededBy,
  ]);
  return mapConcurrent(
    AT_ONCE,
    [...own, ...ofKeys(namespace, repository), ...ofWay(repository)],
    async ([verb, place, neededBy]) => ({
      rule: ruleOf(verb, place),
      allowed: await mayI(connection, verb, place),
      neededBy,
    }),
  );
}

/** The Secrets with the bucket's keys, by name, because a Role grants only those. */
function ofKeys(namespace: string, repository: Repository | undefined): readonly Needed[] {
  const { keys } = repository ?? {
    keys: { access: { name: STORE_SECRET }, secret: { name: STORE_SECRET } },
  };
  const names = keys === undefined ? [] : [...new Set([keys.access.name, keys.secret.name])];
  return names.map((name) => ["get", { resource: SECRETS, namespace, name }, STORE]);
}

/**
 * Permissions for reaching a bucket inside the cluster; one outside is reached without the cluster.
 */
function ofWay(repository: Repository | undefined): readonly Needed[] {
  const service = repository && serviceOf(repository.endpoint);
  if (service === undefined) return [];
  const { namespace, name } = service;
  const forward = { resource: PODS, namespace, subresource: "portforward" };
  return [
    ["get", { resource: SERVICES, namespace, name }, STORE],
    ["list", { resource: PODS, namespace }, STORE],
    ["get", forward, STORE],
    ["create", forward, STORE],
  ];
}

async function mayI(
  connection: Connection,
  verb: Verb,
  { resource, namespace, name, subresource }: Place,
): Promise<boolean> {
  const resourceAttributes = {
    verb,
    group: resource.group,
    resource: resource.plural,
    namespace,
    name,
    subresource,
  };
  const body = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  };
  const { status } = await connection.ask<{ readonly status?: { readonly allowed?: boolean } }>({
    verb: "create",
    resource: ACCESS_REVIEWS,
    body,
  });
  return status?.allowed === true;
}
