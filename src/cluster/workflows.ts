import { PIPELINE_LABEL, TRIGGER_LABEL } from "../manifests/argo/names";
import type { Connection } from "./connection";
import type {
  CronWorkflowObject,
  MetadataOnly,
  Page,
  Phase,
  PodObject,
  WorkflowNode,
  WorkflowObject,
} from "./objects";
import { CRON_WORKFLOWS, PODS, WORKFLOWS, type Resource } from "./resources";

/** Label that the controller keeps at the Workflow's phase. */
export const PHASE_LABEL = "workflows.argoproj.io/phase";
const COMPLETED_LABEL = "workflows.argoproj.io/completed";

const PAGE_SIZE = 500;

/** What a list without the objects' contents is asked for with: a Workflow holds a copy of the whole template. */
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** A list of the namespace, page by page, so that neither side has to hold it all at once. */
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

/** Selects what belongs to a pipeline, or to any. */
export const ofPipeline = (pipeline?: string): string =>
  pipeline === undefined ? PIPELINE_LABEL : `${PIPELINE_LABEL}=${pipeline}`;

/** The Workflows of a pipeline or of all, without their contents, newest first. */
export async function listWorkflows(
  connection: Connection,
  pipeline?: string,
): Promise<readonly MetadataOnly[]> {
  return newestFirst(await listMetadata(connection, WORKFLOWS, pipeline));
}

/** The objects of a kind that belong to a pipeline or to any, without their contents. */
export async function listMetadata(
  connection: Connection,
  resource: Resource,
  pipeline?: string,
): Promise<readonly MetadataOnly[]> {
  const found: MetadataOnly[] = [];
  for await (const page of pages<MetadataOnly>(
    connection,
    resource,
    ofPipeline(pipeline),
    METADATA_LIST,
  ))
    found.push(...page.map(withoutManagedFields));
  return found;
}

/** Without what makes up most of the metadata and says nothing here. */
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

/** Newest first; of one second the later name. */
export function newestFirst<T extends MetadataOnly>(objects: readonly T[]): readonly T[] {
  const later = ({ metadata: a }: MetadataOnly, { metadata: b }: MetadataOnly) =>
    a.creationTimestamp === b.creationTimestamp
      ? a.name > b.name
      : a.creationTimestamp > b.creationTimestamp;
  return [...objects].sort((a, b) => (later(a, b) ? -1 : 1));
}

/** The schedules of the cluster, or that of one pipeline. */
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

/** One Workflow with all its contents. @throws ApiError */
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

/** Changes a Workflow by a merge patch. */
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

/** How far a Workflow has come, from its labels alone. */
export function phaseOf({ metadata }: MetadataOnly): Phase {
  return (metadata.labels?.[PHASE_LABEL] as Phase | undefined) ?? "Pending";
}

/** Whether a Workflow has ended, from its labels alone. */
export function hasEnded({ metadata }: MetadataOnly): boolean {
  return (
    metadata.labels?.[COMPLETED_LABEL] === "true" ||
    ["Succeeded", "Failed", "Error"].includes(phaseOf({ metadata }))
  );
}

/** Whether a Workflow is a run of the pipeline: not one that only holds the lock while a state is changed. */
export function isRun({ metadata }: MetadataOnly): boolean {
  return metadata.labels?.[TRIGGER_LABEL] !== "state";
}

/** The steps of a Workflow that ran something, in the order of their start. */
export function podNodes({ status }: WorkflowObject): readonly WorkflowNode[] {
  return Object.values(status?.nodes ?? {})
    .filter(({ type }) => type === "Pod")
    .sort((a, b) => ((a.startedAt ?? "") < (b.startedAt ?? "") ? -1 : 1));
}

/** Who holds the lock that a Workflow waits for: its name; undefined where it waits for none. */
export function waitsFor({ status }: WorkflowObject): string | undefined {
  const waiting = status?.synchronization?.mutex?.waiting ?? [];
  return waiting
    .map(({ holder }) => holder?.split("/").slice(1)[0] ?? holder)
    .find((name) => name !== undefined && name !== "");
}

/** What Argo's controller says of a Workflow beyond its parallelism (source: argo-workflows 4.1.2, workflow/controller/operator.go). */
const POSTPONED = /too many workflows/;

/** What a Workflow waits for before it begins, in words; undefined where for nothing. */
export function waitReason(workflow: WorkflowObject): string | undefined {
  const holder = waitsFor(workflow);
  if (holder !== undefined) return `${holder}, which runs the pipeline`;
  return POSTPONED.test(workflow.status?.message ?? "")
    ? "its turn: as many runs as argo.parallelism allows are under way"
    : undefined;
}
