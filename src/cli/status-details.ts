import { UserError } from "../common/errors";
import type { JsonText } from "../common/json-text";
import type { PipelineEntry } from "../model/define";
import { findEntry } from "../run/project";
import type { PipelineFacts } from "../status/facts";
import { localFacts } from "../status/local-facts";
import { type PipelineStatus, pipelineStatus } from "../status/pipeline-status";
import { idleNote } from "../status/status-table";
import { isRunId, runPrefix } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { listRuns, readSummary } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { readState } from "../store/state/state";
import type { CliContext } from "./context";
import { printNote } from "./log-lines";

const RUNS = 5;

/** A run in the list of last runs. */
export interface ShownRun {
  readonly run: string;
  readonly trigger: string;
  readonly status: string;
  /** Why its pods do not start; null if none is stuck. */
  readonly stuck: string | null;
  readonly started: string;
  readonly seconds: number | null;
  readonly records: number | null;
  readonly bytes: number | null;
  readonly leftOut?: readonly string[];
  readonly schemaChanges?: RunSummary["schemaChanges"];
  readonly uncountedFiles?: number;
  readonly error: string | null;
  /** When its last activity was, if it is silent: RFC 3339 in UTC. Default: active or unknown. */
  readonly silentSince?: string;
}

/** A step of a run. */
export interface ShownStep {
  readonly step: string;
  readonly phase: string;
  readonly seconds: number | null;
  readonly message: string | null;
}

/** Everything `tapctl status NAME` shows about one pipeline. */
export interface Details {
  readonly status: PipelineStatus;
  /** Id of the run whose steps and files are shown; undefined if there is none. */
  readonly of: string | undefined;
  readonly runs: readonly ShownRun[];
  readonly steps: readonly ShownStep[];
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
  readonly state: JsonText | null | undefined;
}

export async function localDetails(
  context: CliContext,
  name: string,
  wanted: string | undefined,
): Promise<Details> {
  const store = await context.openStore();
  const facts = await withSavedState(
    store,
    await localFacts(store, [findEntry(context.project, name)]),
  );
  const runs = await listRuns(store, name, RUNS);
  const of = wanted ?? runs[0]?.run;
  if (wanted !== undefined && !(isRunId(wanted) && (await readSummary(store, name, wanted))))
    throw new UserError(`"${name}" has no run ${wanted}.`, {
      fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${name}`)}`,
    });
  return {
    status: pipelineStatus(facts, new Date()),
    of,
    runs: runs.map((run) => ({ ...run, stuck: null })),
    steps: [],
    files: await filesOf(store, name, of),
    state: facts.last?.state,
  };
}

export async function clusterDetails(
  context: CliContext,
  name: string,
  entry: PipelineEntry | undefined,
  wanted: string | undefined,
): Promise<Details> {
  const { clusterFacts } = await import("../cluster/status.js");
  const { findRun, listClusterRuns } = await import("../cluster/runs.js");
  const { runSteps } = await import("../cluster/run-steps.js");
  const { getWorkflow } = await import("../cluster/workflows.js");
  const connection = await context.connect();
  const store = await context.openStore();
  const facts = await withSavedState(
    store,
    await clusterFacts(connection, context.openStore, entry === undefined ? [] : [entry], {
      only: name,
      onUnread: printNote,
      onIdle: (why) => printNote(idleNote(why, context.commands)),
    }),
  );
  const runs = await listClusterRuns(connection, store, name, RUNS);
  const found = wanted === undefined ? undefined : await findRun(connection, store, name, wanted);
  const of = found?.run ?? runs[0]?.run;
  const workflow =
    found === undefined && runs[0]?.workflow
      ? await getWorkflow(connection, runs[0].workflow)
      : found?.workflow;
  const steps = workflow === undefined ? [] : runSteps(workflow);
  const silent = new Map(facts.runs.map(({ run, silentSince }) => [run, silentSince]));
  const shown = runs.map(({ run, trigger, status, stuck, started, seconds, summary, error }) => ({
    run,
    trigger,
    status,
    stuck,
    started,
    seconds,
    records: summary?.records ?? null,
    bytes: summary?.bytes ?? null,
    leftOut: summary?.leftOut ?? [],
    schemaChanges: summary?.schemaChanges ?? [],
    uncountedFiles: summary?.uncountedFiles ?? 0,
    error,
    ...silenceOf(silent.get(run)),
  }));
  return {
    status: pipelineStatus(withStuck(facts, shown), new Date()),
    of,
    runs: shown,
    steps,
    files: await filesOf(store, name, of),
    state: facts.last?.state,
  };
}

function silenceOf(silentSince: string | undefined): Pick<ShownRun, "silentSince"> {
  return silentSince === undefined ? {} : { silentSince };
}

/**
 * The facts of the one pipeline with the currently saved state, which may have changed since the
 * last run.
 */
async function withSavedState(
  store: ObjectStore,
  all: readonly PipelineFacts[],
): Promise<PipelineFacts> {
  const [facts] = all as readonly [PipelineFacts];
  const saved = await readState(store, facts.name).catch(() => undefined);
  return facts.last === null
    ? facts
    : { ...facts, last: { ...facts.last, state: saved?.envelope.state ?? null } };
}

/**
 * The facts of a pipeline with what its runs are waiting for, which the list of Workflows does not
 * contain.
 */
function withStuck(facts: PipelineFacts, runs: readonly ShownRun[]): PipelineFacts {
  const stuck = new Map(runs.map((run) => [run.run, run.stuck]));
  return {
    ...facts,
    runs: facts.runs.map((run) => ({ ...run, stuck: stuck.get(run.run) ?? null })),
  };
}

async function filesOf(
  store: ObjectStore,
  name: string,
  run: string | undefined,
): Promise<Details["files"]> {
  if (run === undefined) return [];
  const prefix = runPrefix(name, run);
  return (await store.list(prefix)).map(({ key, size }) => ({
    file: key.slice(prefix.length),
    bytes: size,
  }));
}
