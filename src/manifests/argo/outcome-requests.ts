import { unexpanded } from "../../model/validation/byte-for-byte";
import type { RequestFor } from "../../model/request/schema";
import type { ClusterSettings } from "./cluster-settings";
import { parameter } from "./parameters";
import { RUN, WORK } from "./store-artifacts";
import { type RequestTemplate, json } from "./request-template";
import { file, STREAM, COMMITTED, SUMMARY, LOADED, SCHEMAS, SAVED_SCHEMAS } from "./pod-files";

/** What a run was planned for. Argo leaves the placeholder of the time in runs without a schedule. */
const planned = { scheduled: "{{workflow.scheduledTime}}", window: parameter("window") };

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
