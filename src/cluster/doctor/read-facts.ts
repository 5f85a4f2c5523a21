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
import { type DoctorFacts, factOf } from "./facts";
import { askRegistries, imagesOf } from "./images";
import { rightsOf } from "./rights";
import { readStoreFacts } from "./store-facts";

const AT_ONCE = 16;

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
