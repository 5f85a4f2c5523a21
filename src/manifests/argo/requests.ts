import { unexpanded } from "../../model/validation/byte-for-byte";
import type { RequestFor } from "../../model/request/schema";
import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { ATTEMPT } from "./singer-retry";
import { RUN, WORK } from "./store-artifacts";
import { type RequestTemplate, json } from "./request-template";
import { file, STREAM, COMMITTED, SUMMARY, LOADED, SCHEMAS, SAVED_SCHEMAS } from "./pod-files";

/** Time for the runner to end after a stop, shorter than the 30 s after which the pod is killed. */
const GRACE_SECONDS = 20;

/** What a run was planned for. Argo leaves the placeholder of the time in runs without a schedule. */
const planned = { scheduled: "{{workflow.scheduledTime}}", window: parameter("window") };

/** Request of the tap in artifact mode. */
export const extractRequest = {
  command: "extract",
  ...tap(),
  output: file("extract.jsonl"),
  result: file("result.json"),
  outcome: file("outcome"),
  leaveVerdict: true,
} satisfies RequestTemplate;

/** Request of the target in artifact mode. */
export const loadRequest = {
  command: "load",
  ...target(),
  tapOutcome: "{{inputs.parameters.tapOutcome}}",
  input: file("extract.jsonl"),
  catalog: file("catalog.json"),
  result: file("result.json"),
  outcome: file("outcome"),
  leaveVerdict: true,
} satisfies RequestTemplate;

/** Request of the tap in stream mode. */
export const streamTapRequest = {
  command: "extract",
  ...tap(),
  output: STREAM.pipe,
  result: STREAM.tapResult,
  outcome: STREAM.tapOutcome,
  awaitResult: STREAM.targetResult,
} satisfies RequestTemplate;

/** Request of the target in stream mode. */
export const streamTargetRequest = {
  command: "load",
  ...target(),
  input: STREAM.pipe,
  catalog: file("catalog.json"),
  tapOutcomeFile: STREAM.tapOutcome,
  tapActivity: file("tap.log"),
  // Result of the target in the previous attempt, to which this attempt adds its counts.
  earlier: file("earlier.json"),
  previous: file("earlier.json"),
  result: STREAM.targetResult,
  outcome: STREAM.targetOutcome,
} satisfies RequestTemplate;

/** Request of the commit in artifact mode. */
export const commitRequest = {
  ...commit({ tapResult: file("tap-result.json"), targetResult: file("target-result.json") }),
  tapOutcome: "{{inputs.parameters.tapOutcome}}",
} satisfies RequestTemplate;

/** Request of the commit in stream mode. */
export const streamCommitRequest = {
  ...commit({ tapResult: STREAM.tapResult, targetResult: STREAM.targetResult }),
  tapOutcomeFile: STREAM.tapOutcome,
} satisfies RequestTemplate;

/** Request that fails a run with the error of a step. */
export const verdictRequest = {
  command: "verdict",
  result: file("result.json"),
  loaded: LOADED,
} satisfies RequestTemplate;

/** Request for the summary of a run that failed or that did more than commit. */
export const summaryRequest = {
  command: "summary",
  status: "{{workflow.status}}",
  output: SUMMARY,
  committed: file("committed.json"),
  tapResult: file("tap-result.json"),
  targetResult: file("target-result.json"),
  ...ofRun(),
} satisfies RequestTemplate;

/** Request of a notification. */
export function notifyRequest(
  event: RequestFor<"notify">["event"],
  { uiUrl }: ClusterSettings,
): RequestTemplate {
  const link =
    uiUrl &&
    `${unexpanded(uiUrl.replace(/\/$/, ""))}/workflows/{{workflow.namespace}}/{{workflow.name}}`;
  return {
    command: "notify",
    event,
    on: { json: "{{=toJson(split(workflow.parameters.notifyOn, ','))}}" },
    pipeline: parameter("pipeline"),
    // Free text, which must be escaped.
    owner: { json: "{{=toJson(workflow.parameters.owner)}}" },
    run: RUN,
    workflow: "{{workflow.name}}",
    namespace: "{{workflow.namespace}}",
    failing: file("failing.json"),
    marker: file("marker.json"),
    undelivered: file("undelivered.json"),
    ...(link !== undefined && { link }),
    ...(event !== "started" && {
      seconds: "{{workflow.duration}}",
      result: file("result.json"),
      tapResult: file("tap-result.json"),
    }),
  };
}

/** The event of a start for OpenLineage. */
export const lineageRequest = {
  command: "lineage",
  pipeline: parameter("pipeline"),
  run: RUN,
  started: "{{workflow.creationTimestamp.RFC3339}}",
  // Free text: it must be escaped.
  owner: { json: "{{=toJson(workflow.parameters.owner)}}" },
  ...planned,
} satisfies RequestTemplate;

function tap() {
  return {
    ...run(),
    tapConnector: "/opt/singer/connector.json",
    select: parameter("select"),
    rules: parameter("rules"),
    maskSalt: "/singer/config/mask-salt",
    storedCatalog: file("stored-catalog.json"),
    catalogMaxAge: json("catalogMaxAge"),
    discovered: file("discovered.json"),
    settings: json("tapSettings"),
    overlay: file("overlay.json"),
    previous: file("previous-tap.json"),
    tapLog: file("tap.log"),
    parallel: json("parallel"),
    lastAttempt: json("retries"),
    maxSlotBytes: json("maxSlotBytes"),
  };
}

function target() {
  return {
    ...run(),
    targetConnector: "/opt/singer/connector.json",
    outputDirectory: parameter("outputDirectory"),
    previous: file("previous-target.json"),
    targetLog: file("target.log"),
    candidate: file("candidate.json"),
    rules: parameter("rules"),
    minRecords: json("minRecords"),
    maxStalenessSeconds: json("maxStaleness"),
    schemas: file("schemas.json"),
    newSchemas: SCHEMAS,
    acceptSchema: json("acceptSchema"),
    parallel: json("parallel"),
    lastAttempt: json("retries"),
  };
}

function run() {
  return {
    directory: parameter("directory"),
    graceSeconds: GRACE_SECONDS,
    idleTimeoutSeconds: json("idleTimeout"),
    identity: "/singer/config/identity.json",
    run: RUN,
    onChange: parameter("onChange"),
    attempt: { json: ATTEMPT },
    givenState: file("given-state.json"),
    state: file("state.json"),
    formerState: file("former-state.json"),
    formerUnless: file("history"),
  };
}

function commit(results: { readonly tapResult: string; readonly targetResult: string }) {
  return {
    command: "commit" as const,
    candidate: file("candidate.json"),
    output: COMMITTED,
    saveState: json("saveState"),
    newSchemas: SCHEMAS,
    schemas: SAVED_SCHEMAS,
    summary: SUMMARY,
    facts: WORK,
    followUps: { json: "{{=workflow.parameters.followUps != '[]'}}" },
    ...results,
    ...ofRun(),
  };
}

function ofRun() {
  return {
    pipeline: parameter("pipeline"),
    run: RUN,
    workflow: "{{workflow.name}}",
    mode: parameter("mode"),
    trigger: parameter("trigger"),
    started: "{{workflow.creationTimestamp.RFC3339}}",
    ...planned,
    extract: parameter("extractKey"),
  };
}
