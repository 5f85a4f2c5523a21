import { failuresOf, type LastRun, type RunFact } from "../status/facts";
import { lastRunOf } from "../status/last-run";
import type { ObjectStore } from "../store/object-store";
import { listRuns, readSummary } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { absent } from "./api-errors";
import type { Connection } from "./connection";
import type { MetadataOnly, Phase } from "./objects";
import { outcomeOf } from "./outcome";
import { runIdOf } from "./run-id";
import { secondsBetween } from "./steps";
import { getWorkflow } from "./workflows";
import { phaseOf } from "./workflow-status";

const HISTORY = 50;

/** Reads from the store; undefined if that fails. */
export type Read = <T>(work: (store: ObjectStore) => Promise<T>) => Promise<T | undefined>;

/**
 * The last run, from the store, which keeps runs longest, or from the Workflow if the run wrote no
 * summary.
 */
export async function lastRun(
  connection: Connection,
  read: Read,
  name: string,
  ended: MetadataOnly | undefined,
): Promise<LastRun | null> {
  if (ended === undefined) {
    const summaries = await read((store) => listRuns(store, name, 2));
    return (
      (await lastOf(
        read,
        summaries?.find(({ status }) => status !== "running"),
      )) ?? null
    );
  }
  const run = runIdOf(ended.metadata);
  const summary = await read((store) => readSummary(store, name, run));
  const known = await lastOf(read, summary?.status === "running" ? undefined : summary);
  if (known !== undefined) return known;
  const workflow = await getWorkflow(connection, ended.metadata.name).catch(absent);
  const { startedAt, finishedAt } = workflow?.status ?? {};
  const outcome =
    workflow === undefined
      ? { status: statusOf(phaseOf(ended)), error: null }
      : outcomeOf(workflow);
  return {
    run,
    status: outcome.status === "waiting" ? "running" : outcome.status,
    started: startedAt ?? ended.metadata.creationTimestamp,
    seconds: secondsBetween(startedAt, finishedAt),
    records: null,
    bytes: null,
    leftOut: [],
    uncountedFiles: 0,
    state: null,
    error: outcome.error,
  };
}

async function lastOf(read: Read, summary: RunSummary | undefined): Promise<LastRun | undefined> {
  return summary && read((store) => lastRunOf(store, summary));
}

/**
 * Consecutive failures. The cluster keeps few failed runs: if all of them failed, the store has the
 * full count.
 */
export async function failures(
  read: Read,
  name: string,
  runs: readonly RunFact[],
  last: LastRun | null,
): Promise<number> {
  const here = failuresOf(runs);
  const succeededHere = runs.some(({ status }) => status === "succeeded");
  if (last === null || last.status === "succeeded" || (here > 0 && succeededHere))
    return last?.status === "succeeded" ? 0 : here;
  return Math.max(here, failuresOf((await read((store) => listRuns(store, name, HISTORY))) ?? []));
}

export function statusOf(phase: Phase): RunFact["status"] {
  if (phase === "Succeeded") return "succeeded";
  if (phase === "Failed" || phase === "Error") return "failed";
  return phase === "Pending" ? "waiting" : "running";
}
