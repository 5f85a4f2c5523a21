import { externalValues } from "../../manifests/stack/external-secrets";
import { PIPELINE_LABEL } from "../../manifests/argo/names";
import type { TextWithCommands } from "../../common/commands";
import type { PipelineEntry } from "../../model/define";
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
import { readRepository } from "../store";
import { TEMPLATES } from "../templates";
import { getWorkflow, listCronWorkflows, listMetadata, listWorkflows } from "../workflows";
import { phaseOf, waitsFor } from "../workflow-status";
import { type DoctorFacts, type Fact, factOf } from "./facts";
import { askRegistries, imagesOf } from "./images";
import { rightsOf } from "./rights";
import { readStoreFacts } from "./store-facts";

const AT_ONCE = 16;

interface TemplateObject extends MetadataOnly {
  readonly spec?: WorkflowSpec;
}

type Templates = readonly (TemplateObject | undefined)[];

/** Reads everything that the checks evaluate; a failed read is a fact, too. */
export async function readFacts(
  connection: Connection,
  entries: readonly PipelineEntry[],
): Promise<DoctorFacts> {
  const { context, namespace } = connection;
  const api = await factOf(() => connection.about());
  const common = { context, namespace, now: new Date(), api, entries };
  if (!api.ok) return { ...common, ...nothing(api.why) };
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
    external,
    stored,
  ] = await Promise.all([
    readRights(connection),
    list<DeploymentObject>(connection, { resource: DEPLOYMENTS }, CONTROLLER),
    list<PodObject>(connection, { resource: PODS }, CONTROLLER),
    readTemplates(connection),
    factOf(() => listCronWorkflows(connection)),
    factOf(() => waitingRuns(connection, workflows.ok ? workflows.value : [])),
    list<PodObject>(connection, { resource: PODS, namespace }, { labelSelector: PIPELINE_LABEL }),
    factOf(async () =>
      (await listMetadata(connection, SECRETS)).map(({ metadata }) => metadata.name),
    ),
    readExternalSecrets(connection, entries),
    readStoreFacts(connection, entries),
  ]);
  return {
    ...common,
    rights,
    controllers,
    controllerPods,
    missingTemplates: missingOf(templates),
    images: await readImages(connection, templates, crons),
    crons,
    workflows,
    waiting,
    pods,
    nodeProblems: pods.ok ? await factOf(() => nodeProblems(connection, pods.value)) : pods,
    secrets,
    ...external,
    ...stored,
  };
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

function list<T>(
  connection: Connection,
  place: Place,
  query: { readonly labelSelector?: string; readonly fieldSelector?: string } = {},
): Promise<Fact<readonly T[]>> {
  return factOf(
    async () => (await connection.ask<Page<T>>({ verb: "list", ...place, query })).items ?? [],
  );
}

/** The WorkflowTemplates of a stack in the order of {@link TEMPLATES}; undefined for a missing one. */
function readTemplates(connection: Connection): Promise<Fact<Templates>> {
  const { namespace } = connection;
  return factOf(() =>
    mapConcurrent(AT_ONCE, TEMPLATES, async (name) =>
      connection
        .ask<TemplateObject>({ resource: WORKFLOW_TEMPLATES, namespace, name })
        .catch(absent),
    ),
  );
}

function missingOf(templates: Fact<Templates>): DoctorFacts["missingTemplates"] {
  if (!templates.ok) return templates;
  return { ok: true, value: TEMPLATES.filter((_, at) => templates.value[at] === undefined) };
}

/** Whether the registries have the images that templates and schedules name. */
async function readImages(
  connection: Connection,
  templates: Fact<Templates>,
  crons: DoctorFacts["crons"],
): Promise<DoctorFacts["images"]> {
  if (!crons.ok) return crons;
  const specs = [
    ...(templates.ok ? templates.value : []).map((template) => template?.spec),
    ...crons.value.map(({ spec }) => spec.workflowSpec),
  ];
  return factOf(() => askRegistries(imagesOf(specs), connection.server));
}

async function readExternalSecrets(
  connection: Connection,
  entries: readonly PipelineEntry[],
): Promise<Pick<DoctorFacts, "externalSecrets" | "externalSecretEvents">> {
  const none = { ok: true as const, value: [] };
  if (externalValues(entries).length === 0)
    return { externalSecrets: none, externalSecretEvents: [] };
  const { namespace } = connection;
  const place = { resource: EXTERNAL_SECRETS, namespace };
  const externalSecrets = await list<ExternalSecretObject>(connection, place);
  const isFailing =
    externalSecrets.ok && externalSecrets.value.some((one) => externalSecretProblem(one));
  const events = isFailing
    ? await list<EventObject>(
        connection,
        { resource: EVENTS, namespace },
        { fieldSelector: EXTERNAL_SECRET_EVENTS },
      )
    : none;
  return { externalSecrets, externalSecretEvents: events.ok ? events.value : [] };
}
