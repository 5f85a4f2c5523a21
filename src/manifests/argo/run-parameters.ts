import { idleSeconds } from "../../model/idle-timeout";
import { durationSeconds } from "../../model/units";
import { settingsOf, type ConnectorKind } from "../../model/connector";
import { isReplication, schedulesOf, type PipelineEntry } from "../../model/define";
import type { Job } from "../../model/job";
import { parallelOf } from "../../model/parallel";
import type { Replication } from "../../model/replication";
import { channelsOf } from "../../model/notifications";
import { dataRules } from "../../model/stream-rules";
import { parseCron } from "../../model/cron/cron";
import { longestInterval } from "../../model/cron/cron-interval";
import { unexpanded, untemplatedJson } from "../../model/validation/byte-for-byte";
import { bytesOf } from "../../model/validation/quantities";
import type { ClusterSettings } from "./cluster-settings";
import { followUpsParameter } from "./follow-ups";
import { runKindOf, secretName } from "./names";
import {
  asArguments,
  defaultParameters,
  retryParameters,
  secondsOf,
  type RunParameters,
} from "./parameters";
import { channelSecrets, channelsSource } from "./pipeline-secret";
import { channelsPatch, connectorPatch, containerPatch, streamPatch } from "./pod-spec-patch";
import { OUTPUT } from "./pod-files";
import { WORK } from "./store-artifacts";

/** Images of a replication's connectors. */
export interface ConnectorImages {
  /** Image of the tap. */
  readonly tap: string;
  /** Image of the target. */
  readonly target: string;
}

/** A pipeline with its connector images. A job names its own image. */
export type DeployedPipeline =
  { readonly entry: Replication; readonly images: ConnectorImages } | { readonly entry: Job };

/**
 * Arguments of a pipeline's runs: those that differ from the template's defaults, in the template's
 * order. `trigger` is what starts the runs.
 */
export function runArguments(
  pipeline: DeployedPipeline,
  settings: ClusterSettings,
  trigger: string,
): { name: string; value: string }[] {
  const defaults = defaultParameters(settings);
  const own = {
    trigger,
    ...shared(pipeline.entry, settings),
    ...("images" in pipeline
      ? replication(pipeline.entry, pipeline.images, settings)
      : job(pipeline.entry, settings)),
  };
  return asArguments(defaults).flatMap(({ name, value }) => {
    const given = own[name as keyof RunParameters];
    return given === undefined || given === value ? [] : [{ name, value: given }];
  });
}

function shared(entry: PipelineEntry, settings: ClusterSettings): Partial<RunParameters> {
  const { notifications } = entry;
  const channels = channelsSource(entry);
  return {
    pipeline: entry.name,
    mode: runKindOf(entry),
    interval: String(intervalSeconds(entry)),
    ...(entry.owner !== undefined && { owner: unexpanded(entry.owner) }),
    ...retryParameters({ ...settings.retries, ...withoutUndefined(entry.retries ?? {}) }),
    ...(notifications?.on && { notifyOn: notifications.on.join() }),
    ...(channels && {
      webhookSecret: channels.name,
      webhookKey: channels.key,
      channelsPatch: channelsPatch(
        // A single webhook is read from its Secret directly.
        notifications?.channels?.length ? channelSecrets(channelsOf(notifications)) : [],
      ),
    }),
  };
}

/** Interval of the most frequent schedule; 0 for a suspended pipeline. */
function intervalSeconds(entry: PipelineEntry): number {
  if (entry.suspend) return 0;
  const intervals = schedulesOf(entry).flatMap((text) => {
    const parsed = parseCron(text);
    return parsed.ok ? [longestInterval(parsed.schedule) ?? 0] : [];
  });
  return Math.min(...intervals);
}

function replication(
  entry: Replication,
  images: ConnectorImages,
  settings: ClusterSettings,
): Partial<RunParameters> {
  const { expectations, resources } = entry;
  const fromStore = entry.configFrom === "store";
  const parallel = parallelOf(entry);
  // With settings in the store, those of the array do not reach the pods.
  const patched = (kind: ConnectorKind) => ({
    resources: resources?.[kind],
    ...(fromStore ? {} : { settings: settingsOf(entry[kind]) }),
    ...(kind === "tap" && entry.maskSalt?.kubernetes && { maskSalt: entry.maskSalt.kubernetes }),
  });
  const [tap, target] = [patched("tap"), patched("target")];
  return {
    tapImage: images.tap,
    targetImage: images.target,
    configSecret: secretName(entry.name),
    directory: fromStore ? WORK : "/singer",
    select: entry.streams ? "/singer/config/select.json" : "",
    catalogMaxAge: String(entry.catalog ? secondsOf(entry.catalog.maxAge) : 0),
    rules: dataRules(entry) ? "/singer/config/rules.json" : "",
    ...(entry.formerName !== undefined && { formerName: entry.formerName, historyOf: entry.name }),
    outputDirectory: entry.target.connector.outputSetting === undefined ? "" : OUTPUT,
    minRecords: String(expectations?.minRecords ?? 0),
    maxStaleness: String(
      expectations?.maxStaleness === undefined
        ? 0
        : (durationSeconds(expectations.maxStaleness) ?? 0),
    ),
    maxSlotBytes: String(Math.round(bytesOf(entry.maxSlotLag ?? settings.maxSlotLag) ?? 0)),
    idleTimeout: String(idleSeconds(entry.idleTimeout)),
    ...(parallel && { parallel: untemplatedJson(parallel) }),
    ...(entry.mode === "stream"
      ? { streamPatch: streamPatch({ tap, target }, settings.resources, parallel?.slices) }
      : {
          tapPatch: connectorPatch("tap", tap, settings.resources, parallel?.slices),
          targetPatch: connectorPatch("target", target, settings.resources, parallel?.slices),
        }),
    followUps: followUpsParameter(entry.followUps ?? [], secretName(entry.name), settings),
  };
}

function job(entry: Job, settings: ClusterSettings): Partial<RunParameters> {
  return {
    jobImage: entry.image,
    jobPatch: containerPatch(entry, secretName(entry.name), settings.resources),
  };
}

/** Whether a pipeline is a replication with its images. */
export function deployed(
  entry: PipelineEntry,
  images: (entry: Replication) => ConnectorImages,
): DeployedPipeline {
  return isReplication(entry) ? { entry, images: images(entry) } : { entry };
}

function withoutUndefined<T extends object>(
  value: T,
): { [Key in keyof T]-?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [Key in keyof T]-?: Exclude<T[Key], undefined>;
  };
}
