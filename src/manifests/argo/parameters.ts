import type { ClusterSettings } from "./cluster-settings";
import { idleSeconds } from "../../model/idle-timeout";
import { durationSeconds } from "../../model/units";
import { channelsPatch, connectorPatch, streamPatch } from "./pod-spec-patch";

/**
 * Parameters of a run. Runs of all pipelines share a template, so every parameter has a default: a
 * new one without a default would break existing CronWorkflows.
 */
export interface RunParameters {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** `artifact`, `stream` or `job`, for the summary of the run. */
  readonly mode: string;
  /** What started the run: `schedule`, `manual`, `backfill` or `retry`. */
  readonly trigger: string;
  /** Longest interval between two scheduled runs, in seconds; 0 without a schedule. */
  readonly interval: string;
  /** Owner of the pipeline, escaped for the arguments of a container. */
  readonly owner: string;
  /** Image of the tap. */
  readonly tapImage: string;
  /** Image of the target. */
  readonly targetImage: string;
  /** Image of a job. */
  readonly jobImage: string;
  /** Name of the pipeline's Secret. */
  readonly configSecret: string;
  /**
   * Folder that contains `config/`: `/singer` for the Secret, `/singer/work` for files of the
   * object store.
   */
  readonly directory: string;
  /** File with selection rules; empty if there are none. */
  readonly select: string;
  /** File of options of streams; empty for none. */
  readonly rules: string;
  /** Age in seconds from which a run discovers again, and stores even a first catalog; 0 for never. */
  readonly catalogMaxAge: string;
  /**
   * Former name of the pipeline, whose state is used until the pipeline has its own; `none` without
   * one.
   */
  readonly formerName: string;
  /**
   * Pipeline whose state history is read; `none` for pipelines without a former name, which do not
   * need it.
   */
  readonly historyOf: string;
  /** Key of a state that this run uses instead of the saved one; `none` without one. */
  readonly givenState: string;
  /** Whether the run saves its state: `true` or `false`. */
  readonly saveState: string;
  /** Settings that override the tap's configuration in this run, without secrets: a JSON object. */
  readonly tapSettings: string;
  /** Days that a run of a backfill reads, such as `2026-01-01/2026-02-01`; empty for other runs. */
  readonly window: string;
  /** Folder that the target writes files to; empty for other targets. */
  readonly outputDirectory: string;
  /** Minimum number of records. */
  readonly minRecords: string;
  /** Maximum age of a bookmark, in seconds; 0 for no limit. */
  readonly maxStaleness: string;
  /** Most bytes that the pipeline's replication slot may retain; 0 for any. */
  readonly maxSlotBytes: string;
  /** Whether streams are loaded whose schema has changed although a rule says `fail`: `true` or `false`. */
  readonly acceptSchema: string;
  /** Longest time without activity, in seconds; 0 for no limit. */
  readonly idleTimeout: string;
  /** What to do with a state of another source or destination: `fail`, `keep` or `refresh`. */
  readonly onChange: string;
  /** How streams are divided among taps and targets: a JSON object, empty for one slice. */
  readonly parallel: string;
  /** Number of retries. */
  readonly retries: string;
  /** Delay before the first retry, in seconds. */
  readonly retryDelay: string;
  /** Longest delay, in seconds. */
  readonly retryMaxDelay: string;
  /** Longest time that a pod may stay pending, in seconds. */
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
  /** Events that send a notification, separated by commas. */
  readonly notifyOn: string;
  /** Secret of the notification channels, or of a webhook; empty if there is none. */
  readonly webhookSecret: string;
  /** Key of the channels or the webhook in that Secret. */
  readonly webhookKey: string;
  /** Patch of a notifier's pod: the existing Kubernetes Secrets that the channels refer to. */
  readonly channelsPatch: string;
  /**
   * Key of the extract that `load-only` and `retry` load; `none` for other runs, because Argo
   * rejects an empty key.
   */
  readonly extractKey: string;
  /** Outcome of the tap that wrote it: `complete` or `partial`. */
  readonly extractOutcome: string;
  /** Key of the catalog that the extract was made with. */
  readonly catalogKey: string;
}

/** Names of {@link RunParameters}. */
export type ParameterName = keyof RunParameters;

/** The retry settings of a pipeline as parameters. */
export function retryParameters(
  retries: ClusterSettings["retries"],
): Pick<RunParameters, "retries" | "retryDelay" | "retryMaxDelay"> {
  return {
    retries: String(retries.limit),
    retryDelay: String(secondsOf(retries.delay)),
    retryMaxDelay: String(secondsOf(retries.maxDelay)),
  };
}

/** Default values of the parameters. */
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
    rules: "",
    catalogMaxAge: "0",
    formerName: "none",
    historyOf: "none",
    givenState: "none",
    saveState: "true",
    tapSettings: "{}",
    window: "",
    outputDirectory: "",
    minRecords: "0",
    maxStaleness: "0",
    maxSlotBytes: "0",
    acceptSchema: "false",
    idleTimeout: String(idleSeconds()),
    onChange: "fail",
    parallel: `{"slices":1}`,
    ...retryParameters(settings.retries),
    pendingSeconds: String(secondsOf(settings.pendingDeadline)),
    tapPatch: connectorPatch("tap", {}, settings.resources),
    targetPatch: connectorPatch("target", {}, settings.resources),
    streamPatch: streamPatch({ tap: {}, target: {} }, settings.resources),
    jobPatch: "{}",
    followUps: "[]",
    notifyOn: "failed,recovered",
    webhookSecret: settings.webhook?.name ?? "",
    webhookKey: settings.webhook?.key ?? "url",
    channelsPatch: channelsPatch(settings.channelSecrets ?? []),
    extractKey: "none",
    extractOutcome: "complete",
    catalogKey: "none",
  };
}

/** Parameters in the form of Argo's arguments. */
export function asArguments(parameters: Partial<RunParameters>): { name: string; value: string }[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, value }));
}

/** Placeholder of a parameter in a template. */
export function parameter(name: ParameterName): string {
  return `{{workflow.parameters.${name}}}`;
}

/** Seconds of a duration, rounded up, at least 1. */
export function secondsOf(duration: string): number {
  return Math.max(1, Math.ceil(durationSeconds(duration) ?? 1));
}
