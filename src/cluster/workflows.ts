import { PIPELINE_LABEL } from "../manifests/argo/names";
import type { Connection } from "./connection";
import type { CronWorkflowObject, MetadataOnly, Page, PodObject, WorkflowObject } from "./objects";
import { CRON_WORKFLOWS, PODS, WORKFLOWS, type Resource } from "./resources";
import { COMPLETED_LABEL } from "./workflow-status";

const PAGE_SIZE = 500;

/** Media type of lists without contents: a Workflow contains a copy of its whole template. */
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** A list in the namespace, page by page, so that it is never held in memory as a whole. */
export async function* pages<T>(
  connection: Connection,
  resource: Resource,
  labelSelector: string,
  accept?: string,
): AsyncGenerator<readonly T[]> {
  let token: string | undefined;
  do {
    const page: Page<T> = await connection.ask({
      verb: "list",
      resource,
      namespace: connection.namespace,
      query: { labelSelector, limit: PAGE_SIZE, continue: token },
      ...(accept !== undefined && { accept }),
    });
    yield page.items ?? [];
    token = page.metadata?.continue;
  } while (token !== undefined && token !== "");
}

/** {@link pages} as one list. */
async function all<T>(
  connection: Connection,
  resource: Resource,
  labelSelector: string,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const page of pages<T>(connection, resource, labelSelector)) found.push(...page);
  return found;
}

/** Label selector for the objects of one pipeline, or of all. */
export const ofPipeline = (pipeline?: string): string =>
  pipeline === undefined ? PIPELINE_LABEL : `${PIPELINE_LABEL}=${pipeline}`;

/** The Workflows of one or all pipelines without their contents, newest first. */
export async function listWorkflows(
  connection: Connection,
  pipeline?: string,
): Promise<readonly MetadataOnly[]> {
  return newestFirst(await listMetadata(connection, WORKFLOWS, pipeline));
}

/** The Workflows of all pipelines that have not ended, without their contents. */
export function listActiveWorkflows(connection: Connection): Promise<readonly MetadataOnly[]> {
  return metadataOf(connection, WORKFLOWS, `${ofPipeline()},${COMPLETED_LABEL}!=true`);
}

/** The objects of a kind that belong to one or all pipelines, without their contents. */
export function listMetadata(
  connection: Connection,
  resource: Resource,
  pipeline?: string,
): Promise<readonly MetadataOnly[]> {
  return metadataOf(connection, resource, ofPipeline(pipeline));
}

async function metadataOf(
  connection: Connection,
  resource: Resource,
  labelSelector: string,
): Promise<readonly MetadataOnly[]> {
  const found: MetadataOnly[] = [];
  for await (const page of pages<MetadataOnly>(connection, resource, labelSelector, METADATA_LIST))
    found.push(...page.map(withoutManagedFields));
  return found;
}

/** Drops managedFields, most of the metadata, which is not used here. */
function withoutManagedFields({
  metadata: { name, uid, creationTimestamp, labels, annotations },
}: MetadataOnly): MetadataOnly {
  return {
    metadata: {
      name,
      uid,
      creationTimestamp,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
  };
}

/** Newest first; within the same second, by name in descending order. */
export function newestFirst<T extends MetadataOnly>(objects: readonly T[]): readonly T[] {
  const later = ({ metadata: a }: MetadataOnly, { metadata: b }: MetadataOnly) =>
    a.creationTimestamp === b.creationTimestamp
      ? a.name > b.name
      : a.creationTimestamp > b.creationTimestamp;
  return [...objects].sort((a, b) => (later(a, b) ? -1 : 1));
}

/** The schedules on the cluster, or that of one pipeline. */
export function listCronWorkflows(
  connection: Connection,
  pipeline?: string,
): Promise<readonly CronWorkflowObject[]> {
  return all(connection, CRON_WORKFLOWS, ofPipeline(pipeline));
}

/** One schedule. @throws ApiError */
export function getCronWorkflow(connection: Connection, name: string): Promise<CronWorkflowObject> {
  return connection.ask({ resource: CRON_WORKFLOWS, namespace: connection.namespace, name });
}

/** One Workflow with its contents. @throws ApiError */
export function getWorkflow(connection: Connection, name: string): Promise<WorkflowObject> {
  return connection.ask({ resource: WORKFLOWS, namespace: connection.namespace, name });
}

/** Creates a Workflow. */
export function createWorkflow(connection: Connection, body: object): Promise<WorkflowObject> {
  return connection.ask({
    verb: "create",
    resource: WORKFLOWS,
    namespace: connection.namespace,
    body,
  });
}

/** Changes a Workflow with a merge patch. */
export function patchWorkflow(
  connection: Connection,
  name: string,
  body: object,
): Promise<WorkflowObject> {
  return connection.ask({
    verb: "patch",
    resource: WORKFLOWS,
    namespace: connection.namespace,
    name,
    body,
  });
}

/** Pods of a Workflow, oldest first. */
export async function listPods(
  connection: Connection,
  workflow: string,
): Promise<readonly PodObject[]> {
  return [
    ...newestFirst(
      await all<PodObject>(connection, PODS, `workflows.argoproj.io/workflow=${workflow}`),
    ),
  ].reverse();
}
