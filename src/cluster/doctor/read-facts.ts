import { externalValues } from "../../manifests/stack/external-secrets";
import { PIPELINE_LABEL } from "../../manifests/argo/names";
import type { TextWithCommands } from "../../common/commands";
import { UserError } from "../../common/errors";
import type { PipelineEntry } from "../../model/define";
import { newestBookmarks } from "../../store/state/bookmarks";
import { runFileKey } from "../../store/keys";
import type { ObjectStore } from "../../store/object-store";
import { listRuns } from "../../store/runs/runs";
import { S3NoBucket } from "../../store/s3-errors";
import { readState } from "../../store/state/state";
import { UnreadableState } from "../../store/state/state-envelope";
import { absent } from "../api-errors";
import { mapConcurrent } from "../../common/map-concurrent";
import type { Connection } from "../connection";
import { CONTROLLER } from "../controller";
import {
  EXTERNAL_SECRET_EVENTS,
  externalSecretProblem,
  type ExternalSecretObject,
} from "../external-secrets";
import { nodeProblems } from "../node-problem";
import type {
  DeploymentObject,
  EventObject,
  MetadataOnly,
  Page,
  PodObject,
  WorkflowSpec,
} from "../objects";
import {
  DEPLOYMENTS,
  EVENTS,
  EXTERNAL_SECRETS,
  PODS,
  SECRETS,
  WORKFLOW_TEMPLATES,
  type Place,
} from "../resources";
import { openClusterStore, readRepository, serviceOf, type Repository } from "../store";
import { TEMPLATES } from "../templates";
import {
  getWorkflow,
  listCronWorkflows,
  listMetadata,
  listWorkflows,
  phaseOf,
  waitsFor,
} from "../workflows";
import { configFact } from "./configs";
import type { BucketFact, DoctorFacts, Fact, StateFact, UnreadableStateFact } from "./facts";
import { askRegistries, imagesOf } from "./images";
import { rightsOf } from "./rights";
import { slotFact } from "./slots";

const AT_ONCE = 16;
const UNREAD = { ok: false as const, why: "the bucket cannot be read" };

interface TemplateObject extends MetadataOnly {
  readonly spec?: WorkflowSpec;
}

/** Reads everything that the checks evaluate; a failed read is a fact, too. */
export async function readFacts(
  connection: Connection,
  entries: readonly PipelineEntry[],
): Promise<DoctorFacts> {
  const { context, namespace } = connection;
  const api = await factOf(() => connection.about());
  const common = { context, namespace, now: new Date(), api, entries };
  if (!api.ok) return { ...common, ...nothing(api.why) };
  const list = <T>(
    place: Place,
    query: { readonly labelSelector?: string; readonly fieldSelector?: string } = {},
  ) =>
    factOf(
      async () => (await connection.ask<Page<T>>({ verb: "list", ...place, query })).items ?? [],
    );
  const workflows = await factOf(() => listWorkflows(connection));
  const [
    rights,
    controllers,
    controllerPods,
    templates,
    crons,
    waiting,
    pods,
    secrets,
    externalSecrets,
    stored,
  ] = await Promise.all([
    readRights(connection),
    list<DeploymentObject>({ resource: DEPLOYMENTS }, CONTROLLER),
    list<PodObject>({ resource: PODS }, CONTROLLER),
    factOf(() =>
      mapConcurrent(AT_ONCE, TEMPLATES, async (name) =>
        connection
          .ask<TemplateObject>({ resource: WORKFLOW_TEMPLATES, namespace, name })
          .catch(absent),
      ),
    ),
    factOf(() => listCronWorkflows(connection)),
    factOf(() => waitingRuns(connection, workflows.ok ? workflows.value : [])),
    list<PodObject>({ resource: PODS, namespace }, { labelSelector: PIPELINE_LABEL }),
    factOf(async () =>
      (await listMetadata(connection, SECRETS)).map(({ metadata }) => metadata.name),
    ),
    externalValues(entries).length === 0
      ? ({ ok: true, value: [] } as const)
      : list<ExternalSecretObject>({ resource: EXTERNAL_SECRETS, namespace }),
    readStoreFacts(connection, entries),
  ]);
  const specs = [
    ...(templates.ok ? templates.value : []).map((template) => template?.spec),
    ...(crons.ok ? crons.value : []).map(({ spec }) => spec.workflowSpec),
  ];
  const images = crons.ok
    ? await factOf(() => askRegistries(imagesOf(specs), connection.server))
    : crons;
  const isFailing =
    externalSecrets.ok && externalSecrets.value.some((one) => externalSecretProblem(one));
  const errors = isFailing
    ? await list<EventObject>(
        { resource: EVENTS, namespace },
        { fieldSelector: EXTERNAL_SECRET_EVENTS },
      )
    : undefined;
  const missingTemplates = templates.ok
    ? { ok: true as const, value: TEMPLATES.filter((_, at) => templates.value[at] === undefined) }
    : templates;
  return {
    ...common,
    rights,
    controllers,
    controllerPods,
    missingTemplates,
    images,
    crons,
    workflows,
    waiting,
    pods,
    nodeProblems: pods.ok ? await factOf(() => nodeProblems(connection, pods.value)) : pods,
    secrets,
    externalSecrets,
    externalSecretEvents: errors?.ok ? errors.value : [],
    ...stored,
  };
}

async function factOf<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, why: (commands) => error.textWith(commands) };
  }
}

function nothing(
  why: TextWithCommands,
): Omit<DoctorFacts, "context" | "namespace" | "now" | "api" | "entries"> {
  const unknown = { ok: false as const, why };
  return {
    rights: unknown,
    controllers: unknown,
    controllerPods: unknown,
    missingTemplates: unknown,
    crons: unknown,
    workflows: unknown,
    waiting: unknown,
    pods: unknown,
    nodeProblems: unknown,
    images: unknown,
    secrets: unknown,
    externalSecrets: unknown,
    externalSecretEvents: [],
    bucket: unknown,
    states: unknown,
    configs: unknown,
    slots: unknown,
  };
}

async function readRights(connection: Connection): Promise<DoctorFacts["rights"]> {
  const repository = await factOf(() => readRepository(connection));
  return factOf(() => rightsOf(connection, repository.ok ? repository.value : undefined));
}

async function waitingRuns(
  connection: Connection,
  workflows: readonly MetadataOnly[],
): Promise<readonly { readonly workflow: string; readonly holder: string }[]> {
  const pending = workflows.filter((workflow) => phaseOf(workflow) === "Pending");
  const found = await mapConcurrent(AT_ONCE, pending, async ({ metadata }) => {
    const holder = waitsFor(await getWorkflow(connection, metadata.name));
    return holder === undefined ? undefined : { workflow: metadata.name, holder };
  });
  return found.filter((one) => one !== undefined);
}

async function readStoreFacts(
  connection: Connection,
  entries: readonly PipelineEntry[],
): Promise<Pick<DoctorFacts, "bucket" | "states" | "configs" | "slots">> {
  const opened = await factOf(() => openClusterStore(connection));
  if (!opened.ok) return { bucket: opened, states: UNREAD, configs: UNREAD, slots: UNREAD };
  const { store, repository, isVersioned, close } = opened.value;
  try {
    const bucket = await factOf(() => bucketFact(store, repository, isVersioned));
    if (bucket.ok && bucket.value.is === "missing")
      return { bucket, states: UNREAD, configs: UNREAD, slots: UNREAD };
    const states = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, ({ name }) => stateFact(store, name))).filter(
        (one) => one !== undefined,
      ),
    );
    const configs = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, (entry) => configFact(store, entry))).filter(
        (one) => one !== undefined,
      ),
    );
    const slots = await factOf(async () =>
      (await mapConcurrent(AT_ONCE, entries, (entry) => slotFact(store, entry))).filter(
        (one) => one !== undefined,
      ),
    );
    return { bucket, states, configs, slots };
  } finally {
    close();
  }
}

async function bucketFact(
  store: ObjectStore,
  { bucket: name, endpoint }: Repository,
  isVersioned: () => Promise<boolean>,
): Promise<BucketFact> {
  try {
    await store.listFolders("");
    return { name, is: "there", versioned: await isVersioned() };
  } catch (error) {
    if (!(error instanceof S3NoBucket)) throw error;
    return { name, is: "missing", inCluster: serviceOf(endpoint) !== undefined };
  }
}

async function stateFact(
  store: ObjectStore,
  pipeline: string,
): Promise<StateFact | UnreadableStateFact | undefined> {
  const saved = await readState(store, pipeline).catch((error: unknown) => {
    if (!(error instanceof UnreadableState)) throw error;
    return error;
  });
  if (saved instanceof UnreadableState)
    return {
      pipeline,
      unreadable: saved.problem,
      todo: (commands) => saved.fixWith(commands) ?? "",
    };
  if (saved === undefined) return undefined;
  const { run, time, state, tap, source, target, destination } = saved.envelope;
  const runs = await listRuns(store, pipeline, 20);
  const good = runs.find(({ status }) => status === "succeeded");
  const hasRun = (await store.get(runFileKey(pipeline, run, "summary.json"))) !== undefined;
  return {
    pipeline,
    savedBy: run,
    savedAt: time,
    hasRun,
    newestGood: good?.run ?? null,
    bookmarks: newestBookmarks(state, runs[0]?.unselected),
    identity: { tap, target, destination, ...(source !== undefined && { source }) },
  };
}
