import { TRIGGER_LABEL } from "../manifests/argo/names";
import { isRunId } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { listRuns, readSummary } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { UserError } from "../common/errors";
import type { Connection } from "./connection";
import type { MetadataOnly, WorkflowObject } from "./objects";
import { outcomeOf } from "./outcome";
import { isNamed, runIdOf } from "./run-id";
import { secondsBetween } from "./steps";
import { stuckBefore, stuckOn } from "./stuck";
import { getWorkflow, listWorkflows } from "./workflows";
import { hasEnded, isRun, phaseOf, waitReason } from "./workflow-status";

/** A run of a pipeline on the cluster: its Workflow, its summary, or both. */
export interface ClusterRun {
  /** Id of the run. */
  readonly run: string;
  /** Name of its Workflow; null if it was deleted. */
  readonly workflow: string | null;
  readonly trigger: string;
  /** `waiting` until it holds the pipeline's lock. */
  readonly status: RunSummary["status"] | "waiting";
  /**
   * What it waits for: the run that holds the lock, or why its pods do not start, e.g.
   * `ImagePullBackOff`; otherwise null.
   */
  readonly stuck: string | null;
  /** RFC 3339 in UTC. */
  readonly started: string;
  readonly seconds: number | null;
  readonly code: number | null;
  readonly error: string | null;
  /** Its summary in the store; null if there is none. */
  readonly summary: RunSummary | null;
}

/**
 * The runs of a pipeline, newest first: those still on the cluster, and those only in the store.
 */
export async function listClusterRuns(
  connection: Connection,
  store: ObjectStore,
  pipeline: string,
  limit: number,
): Promise<readonly ClusterRun[]> {
  const [workflows, summaries] = await Promise.all([
    listWorkflows(connection, pipeline),
    listRuns(store, pipeline, limit),
  ]);
  const byRun = new Map(summaries.map((summary) => [summary.run, summary]));
  const here = workflows.filter(isRun).slice(0, limit);
  const runs = await Promise.all(
    here.map((workflow) => clusterRun(connection, workflow, byRun.get(runIdOf(workflow.metadata)))),
  );
  const ids = new Set(runs.map(({ run }) => run));
  const gone = summaries
    .filter(({ run }) => !ids.has(run))
    .map((summary) => fromSummary(summary, null));
  return [...runs, ...gone].sort((a, b) => (a.run < b.run ? 1 : -1)).slice(0, limit);
}

/** Number of stored runs to search for a run whose Workflow was deleted. */
const FORGOTTEN = 50;

/** A run found by its id or Workflow name, or the newest one. */
export interface FoundRun {
  readonly run: string;
  /** Undefined if it is no longer on the cluster. */
  readonly workflow: WorkflowObject | undefined;
  /** Undefined if it left none. */
  readonly summary: RunSummary | undefined;
}

/** @throws UserError if the run does not exist. */
export async function findRun(
  connection: Connection,
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
): Promise<FoundRun> {
  const workflows = (await listWorkflows(connection, pipeline)).filter(isRun);
  const found =
    wanted === undefined ? workflows[0] : workflows.find((workflow) => isNamed(workflow, wanted));
  if (found !== undefined) {
    const run = runIdOf(found.metadata);
    const [workflow, summary] = await Promise.all([
      getWorkflow(connection, found.metadata.name),
      readSummary(store, pipeline, run),
    ]);
    return { run, workflow, summary };
  }
  const summary = await storedRun(store, pipeline, wanted);
  if (wanted !== undefined && !isRunId(wanted) && summary === undefined)
    throw new UserError(`"${pipeline}" has no run ${wanted}.`, {
      fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${pipeline}`)}`,
    });
  const run = summary?.run ?? wanted;
  if (run === undefined)
    throw new UserError(`"${pipeline}" has not run yet.`, {
      fix: ({ tapctl }) => `Run it with: ${tapctl(`run ${pipeline}`)}`,
    });
  return { run, workflow: undefined, summary };
}

/** A run that exists only in the store. */
async function storedRun(
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
): Promise<RunSummary | undefined> {
  if (wanted === undefined) return (await listRuns(store, pipeline, 1))[0];
  if (isRunId(wanted)) return readSummary(store, pipeline, wanted);
  return (await listRuns(store, pipeline, FORGOTTEN)).find(({ host }) => host === wanted);
}

/** Describes a run from its Workflow and summary. */
export function describeRun({ run, workflow, summary }: FoundRun): ClusterRun {
  if (workflow === undefined) {
    if (summary === undefined)
      throw new UserError(`Run ${run} is no longer on the cluster and left no summary.`, {
        fix: ({ tapctl }) => `Check for its files with: ${tapctl(`artifacts PIPELINE ${run}`)}`,
      });
    return fromSummary(summary, null);
  }
  return fromWorkflow(workflow, summary);
}

/** The newest run that has not ended; undefined if there is none. */
export async function activeRun(
  connection: Connection,
  pipeline: string,
): Promise<MetadataOnly | undefined> {
  const active = (await listWorkflows(connection, pipeline)).filter(
    (workflow) => isRun(workflow) && !hasEnded(workflow),
  );
  return active.find((workflow) => phaseOf(workflow) === "Running") ?? active[0];
}

async function clusterRun(
  connection: Connection,
  workflow: MetadataOnly,
  summary: RunSummary | undefined,
): Promise<ClusterRun> {
  if (summary !== undefined && summary.status !== "running" && hasEnded(workflow))
    return fromSummary(summary, workflow.metadata.name);
  const whole = await getWorkflow(connection, workflow.metadata.name);
  const run = fromWorkflow(whole, summary);
  return run.status === "running" && run.stuck === null
    ? { ...run, stuck: await stuckBefore(connection, whole) }
    : run;
}

function fromSummary(summary: RunSummary, workflow: string | null): ClusterRun {
  const { run, trigger, status, started, seconds, code, error } = summary;
  return { run, workflow, trigger, status, stuck: null, started, seconds, code, error, summary };
}

function fromWorkflow(workflow: WorkflowObject, summary: RunSummary | undefined): ClusterRun {
  const { metadata, status } = workflow;
  const started = status?.startedAt ?? metadata.creationTimestamp;
  const outcome = outcomeOf(workflow);
  const waiting = outcome.status === "running" && (status?.phase ?? "Pending") === "Pending";
  return {
    run: runIdOf(metadata),
    workflow: metadata.name,
    trigger: metadata.labels?.[TRIGGER_LABEL] ?? "schedule",
    started,
    seconds: secondsBetween(started, status?.finishedAt),
    ...outcome,
    status: waiting ? "waiting" : outcome.status,
    stuck: waiting
      ? (waitReason(workflow) ?? null)
      : outcome.status === "running"
        ? stuckOn(workflow)
        : null,
    error: summary?.error ?? outcome.error,
    summary: summary ?? null,
  };
}
