import { unexpanded } from "../../model/validation/byte-for-byte";
import type { Request, RequestFor } from "../../model/request/schema";
import type { ClusterSettings } from "./cluster-settings";
import { parameter, type ParameterName } from "./parameters";
import { ATTEMPT } from "./singer-retry";
import { RUN, WORK } from "./store-artifacts";

/** The runner gets this time to end after a stop, less than the 30 s after which the pod is killed. */
const GRACE_SECONDS = 20;

/** JSON that Argo puts into a request when it starts a pod. */
interface Json {
  readonly json: string;
}

/** A request for Argo to complete: a string may hold placeholders, any other value may be one. */
type Template<Of> = {
  readonly [Field in keyof Of]: Of[Field] extends string | undefined
    ? string | Json
    : Of[Field] | Json;
};

/** A request with placeholders. */
export type RequestTemplate = {
  [Command in Request["command"]]: Template<RequestFor<Command>> & { readonly command: Command };
}[Request["command"]];

/** Where the files of a run are, in the pods of artifact mode. */
const file = (name: string): string => `${WORK}/${name}`;

/** Files that the containers of stream mode share. */
export const STREAM = {
  pipe: file("pipe"),
  tapOutcome: file("tap-outcome"),
  tapResult: file("tap-result.json"),
  targetResult: file("target-result.json"),
  targetOutcome: file("target-outcome"),
};

/** Where the commit leaves the state and the summary. */
export const COMMITTED = file("commit.json");
export const SUMMARY = file("summary.json");
export const LOADED = file("loaded.json");
/** Folder that targets write files to. */
export const OUTPUT = file("output");

/** The tap of artifact mode. */
export const extractRequest = {
  command: "extract",
  ...tap(),
  output: file("extract.jsonl"),
  result: file("result.json"),
  outcome: file("outcome"),
  leaveVerdict: true,
} satisfies RequestTemplate;

/** The target of artifact mode. */
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

/** The tap of stream mode. */
export const streamTapRequest = {
  command: "extract",
  ...tap(),
  output: STREAM.pipe,
  result: STREAM.tapResult,
  outcome: STREAM.tapOutcome,
  awaitResult: STREAM.targetResult,
} satisfies RequestTemplate;

/** The target of stream mode. */
export const streamTargetRequest = {
  command: "load",
  ...target(),
  input: STREAM.pipe,
  catalog: file("catalog.json"),
  tapOutcomeFile: STREAM.tapOutcome,
  tapActivity: file("tap.log"),
  // Result of the target in the attempt before, which this one adds its counts to.
  earlier: file("earlier.json"),
  result: STREAM.targetResult,
  outcome: STREAM.targetOutcome,
} satisfies RequestTemplate;

/** The commit of artifact mode. */
export const commitRequest = {
  ...commit({ tapResult: file("tap-result.json"), targetResult: file("target-result.json") }),
  tapOutcome: "{{inputs.parameters.tapOutcome}}",
} satisfies RequestTemplate;

/** The commit of stream mode. */
export const streamCommitRequest = {
  ...commit({ tapResult: STREAM.tapResult, targetResult: STREAM.targetResult }),
  tapOutcomeFile: STREAM.tapOutcome,
} satisfies RequestTemplate;

/** Fails a run with the error of a step. */
export const verdictRequest = {
  command: "verdict",
  result: file("result.json"),
  loaded: LOADED,
} satisfies RequestTemplate;

/** The summary of a run that failed, or that did more than to commit. */
export const summaryRequest = {
  command: "summary",
  status: "{{workflow.status}}",
  output: SUMMARY,
  committed: file("committed.json"),
  tapResult: file("tap-result.json"),
  targetResult: file("target-result.json"),
  ...ofRun(),
} satisfies RequestTemplate;

/** A notification of an event. */
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
    // Free text: it must be escaped.
    owner: { json: "{{=toJson(workflow.parameters.owner)}}" },
    run: RUN,
    workflow: "{{workflow.name}}",
    namespace: "{{workflow.namespace}}",
    failing: file("failing.json"),
    marker: file("marker.json"),
    ...(link !== undefined && { link }),
    ...(event !== "started" && { seconds: "{{workflow.duration}}", result: file("result.json") }),
  };
}

/** A request as the argument of a container, a field a line. */
export function requestArgument(request: RequestTemplate): string {
  const fields = Object.entries(request).map(
    ([name, value]) =>
      `  ${JSON.stringify(name)}: ${isJson(value) ? value.json : JSON.stringify(value)}`,
  );
  return `{\n${fields.join(",\n")}\n}`;
}

function tap() {
  return {
    ...run(),
    tapConnector: "/opt/singer/connector.json",
    select: parameter("select"),
    settings: json("tapSettings"),
    overlay: file("overlay.json"),
    tapLog: file("tap.log"),
    parallel: json("parallel"),
    lastAttempt: json("retries"),
  };
}

function target() {
  return {
    ...run(),
    targetConnector: "/opt/singer/connector.json",
    outputDirectory: parameter("outputDirectory"),
    targetLog: file("target.log"),
    candidate: file("candidate.json"),
    minRecords: json("minRecords"),
    maxStalenessSeconds: json("maxStaleness"),
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
  };
}

/** A parameter that is JSON by itself: a number, true or false, or an object. */
function json(name: ParameterName): Json {
  return { json: parameter(name) };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && "json" in value;
}
