import { UserError } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import { PIPELINE_LABEL } from "../manifests/argo/names";
import type { PipelineEntry } from "../model/define";
import { schedulesOf } from "../model/define";
import type { PipelineFacts, RunFact } from "../status/facts";
import type { ObjectStore } from "../store/object-store";
import { listUndelivered, type Undelivered } from "../store/runs/undelivered";
import { S3Away, S3Denied } from "../store/s3-errors";
import type { Connection } from "./connection";
import { idleController } from "./controller";
import { invalidSchedule } from "./invalid-schedule";
import { failures, lastRun, type Read, statusOf } from "./last-run";
import type { CronWorkflowObject, MetadataOnly } from "./objects";
import { runIdOf } from "./run-id";
import { silences } from "./silence";
import { scheduledSince } from "./spec-owner";
import { stuckPods } from "./stuck-pods";
import { sharedPodReader } from "./workflow-pods";
import { listCronWorkflows, listWorkflows } from "./workflows";
import { hasEnded, isRun, phaseOf } from "./workflow-status";

/** Maximum number of parallel requests to the store and the cluster. */
const AT_ONCE = 32;

/** How the status of a cluster's pipelines is read. */
export interface LookOptions {
  /** Name of a single pipeline to read. Default: all. */
  readonly only?: string;
  /**
   * Called when something in the store cannot be read; only once if the whole store is unreachable.
   */
  readonly onUnread: (why: string) => void;
  /** Called if Argo's controller is inactive, so that running Workflows may be out of date. */
  readonly onIdle: (why: string) => void;
}

/**
 * Facts about all pipelines from the cluster and its store: those in the array, and those only on
 * the cluster.
 */
export async function clusterFacts(
  connection: Connection,
  store: () => Promise<ObjectStore>,
  entries: readonly PipelineEntry[],
  { only, onUnread, onIdle }: LookOptions,
): Promise<readonly PipelineFacts[]> {
  const [workflows, crons, read, idle] = await Promise.all([
    listWorkflows(connection, only),
    listCronWorkflows(connection, only),
    readerOf(store, onUnread),
    idleController(connection),
  ]);
  if (idle !== undefined) onIdle(idle.found);
  const byName = new Map(crons.map((cron) => [cron.metadata.name, cron]));
  const runs = byPipeline(workflows);
  const now = new Date();
  const active = workflows.filter((workflow) => isRun(workflow) && !hasEnded(workflow));
  const readPods = sharedPodReader(
    connection,
    new Set(active.map(({ metadata }) => metadata.name)),
  );
  const [silent, stuck, undelivered] = await Promise.all([
    silences(connection, active, now, readPods),
    stuckPods(connection, active, now, readPods),
    read((opened) => listUndelivered(opened, only)),
  ]);
  const named = new Set(entries.map(({ name }) => name));
  const others = crons.filter(({ metadata }) => !named.has(metadata.name));
  return mapConcurrent(
    AT_ONCE,
    [
      ...entries.map((entry) => ({ name: entry.name, entry, cron: byName.get(entry.name) })),
      ...others.map((cron) => ({ name: cron.metadata.name, entry: undefined, cron })),
    ],
    (one) =>
      factsOf(
        connection,
        read,
        { ...one, silent, stuck, undelivered: undelivered?.get(one.name) },
        runs.get(one.name) ?? [],
      ),
  );
}

async function readerOf(
  store: () => Promise<ObjectStore>,
  onUnread: (why: string) => void,
): Promise<Read> {
  // Every request to an unreachable store would wait for its timeout.
  let away = false;
  const unread = (error: unknown): undefined => {
    if (!(error instanceof UserError)) throw error;
    if (!away) onUnread(error.message);
    away ||= error instanceof S3Away || error instanceof S3Denied;
  };
  const opened = await store().catch(unread);
  return async (work) => (away || opened === undefined ? undefined : work(opened).catch(unread));
}

interface Known {
  readonly name: string;
  readonly entry: PipelineEntry | undefined;
  readonly cron: CronWorkflowObject | undefined;
  /** Time of the last activity by Workflow name. */
  readonly silent: ReadonlyMap<string, string>;
  /** Why pods do not start, by Workflow name. */
  readonly stuck: ReadonlyMap<string, string>;
  /** What of its newest notification did not reach a channel. */
  readonly undelivered: Undelivered | undefined;
}

async function factsOf(
  connection: Connection,
  read: Read,
  { name, entry, cron, silent, stuck, undelivered }: Known,
  workflows: readonly MetadataOnly[],
): Promise<PipelineFacts> {
  const runs = workflows.map((workflow) => runFact(workflow, { silent, stuck }));
  const last = await lastRun(connection, read, name, workflows.find(hasEnded));
  return {
    name,
    where: cron === undefined ? "array" : entry === undefined ? "cluster" : "both",
    schedules: cron?.spec.schedules ?? (entry === undefined ? [] : schedulesOf(entry)),
    timezone: cron?.spec.timezone ?? entry?.timezone ?? "UTC",
    invalid: (cron && invalidSchedule(cron)) ?? null,
    suspended: cron?.spec.suspend ?? entry?.suspend ?? false,
    since: cron === undefined ? null : scheduledSince(cron),
    runs,
    last,
    ...(undelivered && { undelivered }),
    failures: await failures(read, name, runs, last),
  };
}

function byPipeline(
  workflows: readonly MetadataOnly[],
): ReadonlyMap<string, readonly MetadataOnly[]> {
  const groups = new Map<string, MetadataOnly[]>();
  for (const workflow of workflows.filter(isRun)) {
    const name = workflow.metadata.labels?.[PIPELINE_LABEL] ?? "";
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [workflow]);
    else group.push(workflow);
  }
  return groups;
}

function runFact(
  workflow: MetadataOnly,
  { silent, stuck }: Pick<Known, "silent" | "stuck">,
): RunFact {
  const { name } = workflow.metadata;
  const [silentSince, reason] = [silent.get(name), stuck.get(name)];
  return {
    run: runIdOf(workflow.metadata),
    status: statusOf(phaseOf(workflow)),
    started: workflow.metadata.creationTimestamp,
    ...(silentSince !== undefined && { silentSince }),
    ...(reason !== undefined && { stuck: reason }),
  };
}
