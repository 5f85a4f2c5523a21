import type { ClusterSettings } from "./cluster-settings";
import { idleSeconds } from "../../model/idle-timeout";
import { durationSeconds } from "../../model/units";
import { connectorPatch, streamPatch } from "./pod-spec-patch";

/**
 * What varies between the runs that share a template. Every parameter has a default, because a new one without would
 * break the CronWorkflows that are there.
 */
export interface RunParameters {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** `artifact`, `stream` or `job`, for the summary of the run. */
  readonly mode: string;
  /** What started the run: `schedule`, `manual`, `backfill` or `retry`. */
  readonly trigger: string;
  /** Longest time from one scheduled run to the next, in seconds; 0 where there is none. */
  readonly interval: string;
  /** Team or person to ask, as text for the arguments of a container. */
  readonly owner: string;
  /** Image of the tap. */
  readonly tapImage: string;
  /** Image of the target. */
  readonly targetImage: string;
  /** Image of a job. */
  readonly jobImage: string;
  /** Name of the pipeline's Secret. */
  readonly configSecret: string;
  /** Folder above `config/`: `/singer` has the Secret there, `/singer/work` files of the object store. */
  readonly directory: string;
  /** File of selection rules; empty for none. */
  readonly select: string;
  /** Name that the pipeline had before, whose state counts while it never had one; `none` for no such name. */
  readonly formerName: string;
  /** Pipeline whose history is looked at, which only one with a former name needs; else `none`. */
  readonly historyOf: string;
  /** Key of a state that counts in this run instead of all others; `none` for none. */
  readonly givenState: string;
  /** Whether the run saves its state: `true` or `false`. */
  readonly saveState: string;
  /** Settings, not secret, that win over the tap's configuration in this run: a JSON object. */
  readonly tapSettings: string;
  /** Where the target writes files; empty for a target that writes none. */
  readonly outputDirectory: string;
  /** Fewest records of a run. */
  readonly minRecords: string;
  /** Greatest age of a bookmark, in seconds; 0 for any. */
  readonly maxStaleness: string;
  /** Longest time in which nothing moves, in seconds; 0 for never. */
  readonly idleTimeout: string;
  /** What a state of another source or destination does: `fail`, `keep` or `refresh`. */
  readonly onChange: string;
  /** How the streams are split over several taps and targets: a JSON object; one slice for none. */
  readonly parallel: string;
  /** Tries after the first one. */
  readonly retries: string;
  /** Pause before the first of them, in seconds. */
  readonly retryDelay: string;
  /** Longest pause, in seconds. */
  readonly retryMaxDelay: string;
  /** Longest time that a pod waits to be started, in seconds: for an image, a node, a volume. */
  readonly pendingSeconds: string;
  /** Patch of the extract pod. */
  readonly tapPatch: string;
  /** Patch of the load pod. */
  readonly targetPatch: string;
  /** Patch of the pod of stream mode. */
  readonly streamPatch: string;
  /** Patch of a job's pod: its command, environment and resources. */
  readonly jobPatch: string;
  /** Follow-ups as a JSON list. */
  readonly followUps: string;
  /** Events to tell of, with commas between them. */
  readonly notifyOn: string;
  /** Secret of the webhook; empty for none. */
  readonly webhookSecret: string;
  /** Key of the webhook in that Secret. */
  readonly webhookKey: string;
  /** Key of the extract that `load-only` and `retry` load; `none` elsewhere, because Argo refuses an empty one. */
  readonly extractKey: string;
  /** What its tap's outcome was: `complete` or `partial`. */
  readonly extractOutcome: string;
  /** Key of the catalog that it was made with. */
  readonly catalogKey: string;
}

/** Names of {@link RunParameters}. */
export type ParameterName = keyof RunParameters;

/** Longest pause, first pause and tries, as parameters. */
export function retryParameters(
  retries: ClusterSettings["retries"],
): Pick<RunParameters, "retries" | "retryDelay" | "retryMaxDelay"> {
  return {
    retries: String(retries.limit),
    retryDelay: String(secondsOf(retries.delay)),
    retryMaxDelay: String(secondsOf(retries.maxDelay)),
  };
}

/** The parameters of a run that says nothing. */
export function defaultParameters(settings: ClusterSettings): RunParameters {
  return {
    pipeline: "unnamed",
    mode: "artifact",
    trigger: "manual",
    interval: "0",
    owner: "",
    tapImage: settings.runnerImage,
    targetImage: settings.runnerImage,
    jobImage: settings.runnerImage,
    configSecret: "none",
    directory: "/singer",
    select: "",
    formerName: "none",
    historyOf: "none",
    givenState: "none",
    saveState: "true",
    tapSettings: "{}",
    outputDirectory: "",
    minRecords: "0",
    maxStaleness: "0",
    idleTimeout: String(idleSeconds()),
    onChange: "fail",
    parallel: `{"slices":1}`,
    ...retryParameters(settings.retries),
    pendingSeconds: String(secondsOf(settings.pendingDeadline)),
    tapPatch: connectorPatch(undefined, settings.resources),
    targetPatch: connectorPatch(undefined, settings.resources),
    streamPatch: streamPatch(undefined, settings.resources),
    jobPatch: "{}",
    followUps: "[]",
    notifyOn: "failed,recovered",
    webhookSecret: settings.webhook?.name ?? "",
    webhookKey: settings.webhook?.key ?? "url",
    extractKey: "none",
    extractOutcome: "complete",
    catalogKey: "none",
  };
}

/** Parameters as Argo lists them. */
export function asArguments(parameters: Partial<RunParameters>): { name: string; value: string }[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, value }));
}

/** The place of a parameter in a text of a template. */
export function parameter(name: ParameterName): string {
  return `{{workflow.parameters.${name}}}`;
}

/** Whole seconds of a duration, rounded up, at least one. */
export function secondsOf(duration: string): number {
  return Math.max(1, Math.ceil(durationSeconds(duration) ?? 1));
}
