import { UserError } from "../../common/errors";
import { parseRecord, stringifyJson, type JsonText } from "../../common/json";
import { historyRuns } from "../state/history-runs";
import { isRunId, newRunId, runFileKey, runPrefix, runsPrefix, runTime } from "../keys";
import { currentHolder } from "../lease/lease";
import { ObjectStore } from "../object-store";

/** How a run went: `running` until its end is written. */
export type RunStatus = "running" | "succeeded" | "failed" | "interrupted";

/** A connector of a run. */
export interface RunConnector {
  /** Its name, e.g. `tap-postgres`. */
  readonly name: string;
  /** Its version, e.g. `0.5.0`. */
  readonly version: string;
}

/** How a run went: the content of its `summary.json`. */
export interface RunSummary {
  /** Version of this form. */
  readonly version: 1;
  /** The pipeline. */
  readonly pipeline: string;
  /** Id of the run. */
  readonly run: string;
  /** Whether the tap's output was stored before it was loaded, or went straight to the target; or a job of a cluster. */
  readonly mode: "artifact" | "stream" | "job";
  /** What started it. */
  readonly trigger: "manual" | "demo" | "schedule" | "backfill" | "retry";
  /** When it began, RFC 3339 in UTC. */
  readonly started: string;
  /** When it ended, RFC 3339 in UTC; null while it runs, and where it was killed. */
  readonly ended: string | null;
  /** How long it took; null as for `ended`. */
  readonly seconds: number | null;
  /** How it went. */
  readonly status: RunStatus;
  /** Exit code; null as for `ended`. */
  readonly code: number | null;
  /** What failed, in one line; null when nothing did. */
  readonly error: string | null;
  /** What the user should know although it did not fail. */
  readonly warnings: readonly string[];
  /** How often each step was tried. */
  readonly attempts: { readonly extract: number; readonly load: number };
  /** Records by stream. */
  readonly streams: readonly { readonly stream: string; readonly records: number }[];
  /** Records of all streams. */
  readonly records: number;
  /** Bytes the tap wrote. */
  readonly bytes: number;
  /** Lines of the tap's output that were not Singer messages. */
  readonly badLines: number;
  /** What did not reach the target, or not as it came, a phrase each. Default: nothing. */
  readonly leftOut?: readonly string[];
  /** Files of BATCH messages whose rows are not counted. Default: 0. */
  readonly uncountedFiles?: number;
  /** The tap. */
  readonly tap: RunConnector;
  /** The target. */
  readonly target: RunConnector;
  /** Streams whose bookmarks the state keeps although the run did not replicate them; left out by older versions. */
  readonly unselected?: readonly string[];
  /** Singer state it began with; null for none. */
  readonly stateBefore: JsonText | null;
  /** Singer state in force after it; null for none. */
  readonly stateAfter: JsonText | null;
  /** Whether it saved a state. */
  readonly stateCommitted: boolean;
  /** Files the target wrote, by their path, with their size in bytes. */
  readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
  /** The slices of a parallel run. Default: it had one tap and one target. */
  readonly slices?: readonly RunSlice[];
  /** Since when nothing has moved in a run that is in progress, RFC 3339 in UTC. Default: something moves, or it is not known. */
  readonly silentSince?: string;
  /** Machine it ran on; on a cluster the name of its Workflow. */
  readonly host: string;
}

/** A part of the streams of a parallel run, with a tap and a target of its own. */
export interface RunSlice {
  /** Its number, from 1. */
  readonly slice: number;
  /** Its streams, by the names that they have in the catalog. */
  readonly streams: readonly string[];
  /** How it went. */
  readonly status: RunStatus;
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** What failed, in one line; null when nothing did. */
  readonly error: string | null;
}

/** Which runs `prune` keeps: those that are both among the newest and young enough. */
export interface PrunePolicy {
  /** How many runs, the newest ones. */
  readonly keep: number;
  /** How old a run may be, in days. */
  readonly maxAgeDays: number;
}

const DAY_MS = 24 * 3600 * 1000;

/** Writes or replaces a run's summary. */
export async function writeSummary(store: ObjectStore, summary: RunSummary): Promise<void> {
  await store.put(
    runFileKey(summary.pipeline, summary.run, "summary.json"),
    `${stringifyJson(summary, 2)}\n`,
  );
}

/** A run's summary; undefined when there is none. @throws UserError when it is not JSON of version 1. */
export async function readSummary(
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<RunSummary | undefined> {
  const key = runFileKey(pipeline, run, "summary.json");
  const body = await store.get(key);
  if (body === undefined) {
    return undefined;
  }
  const summary = parseSummary(body);
  if (summary === undefined) {
    throw new UserError(`${key} in ${store.url} is not a summary of version 1.`, {
      fix: "Delete it.",
    });
  }
  return summary;
}

/**
 * The newest `limit` runs, newest first, of which nothing but the summary is read. One that was killed
 * before it had a summary is left out.
 */
export async function listRuns(
  store: ObjectStore,
  pipeline: string,
  limit: number,
): Promise<readonly RunSummary[]> {
  const runs = (await runIds(store, pipeline)).slice(0, limit);
  const summaries = await Promise.all(runs.map((run) => summaryOf(store, pipeline, run)));
  return summaries.filter((summary) => summary !== undefined);
}

/**
 * Marks runs that were killed as interrupted. Only for the holder of the pipeline's lease, before its own
 * run has a summary: every other run has ended then, whatever its summary says.
 * @returns the runs that were marked.
 */
export async function closeAbandonedRuns(
  store: ObjectStore,
  pipeline: string,
): Promise<readonly string[]> {
  const closed: string[] = [];
  for (const run of await runIds(store, pipeline)) {
    const summary = await summaryOf(store, pipeline, run);
    if (summary?.status === "running") {
      const error = "the run ended without saying how: killed, or the machine went down";
      await writeSummary(store, { ...summary, status: "interrupted", error });
      closed.push(run);
    } else if (summary !== undefined) {
      break;
    }
  }
  return closed;
}

/**
 * Deletes old runs as a whole: those beyond the newest `keep`, and those older than `maxAgeDays`. Never the
 * newest one, never the newest that succeeded, never one that holds the pipeline's lease.
 * @returns ids of the deleted runs, newest first.
 */
export async function prune(
  store: ObjectStore,
  pipeline: string,
  policy: PrunePolicy,
  now: Date,
): Promise<readonly string[]> {
  const runs = await runIds(store, pipeline);
  const oldest = now.getTime() - policy.maxAgeDays * DAY_MS;
  const isOld = (run: string, index: number): boolean =>
    index >= policy.keep || (runTime(run)?.getTime() ?? 0) < oldest;
  const old = runs.filter((run, index) => index > 0 && isOld(run, index));
  if (old.length === 0) {
    return [];
  }
  const spared = new Set([
    await newestSucceeded(store, pipeline, runs),
    (await currentHolder(store, pipeline))?.run,
  ]);
  const pruned = old.filter((run) => !spared.has(run));
  for (const run of pruned) {
    await store.deleteFolder(runPrefix(pipeline, run));
  }
  return pruned;
}

async function newestSucceeded(
  store: ObjectStore,
  pipeline: string,
  runs: readonly string[],
): Promise<string | undefined> {
  for (const run of runs) {
    if ((await summaryOf(store, pipeline, run))?.status === "succeeded") {
      return run;
    }
  }
  return undefined;
}

/**
 * An id for a new run or change of a pipeline, which sorts after all that are there: the clock may have been set back, or
 * be another machine's.
 */
export async function nextRunId(
  store: ObjectStore,
  pipeline: string,
  now = new Date(),
): Promise<string> {
  const [runs, saved] = await Promise.all([runIds(store, pipeline), historyRuns(store, pipeline)]);
  return newRunId(
    now,
    [runs[0], saved.find(isRunId)]
      .filter((id) => id !== undefined)
      .sort()
      .at(-1),
  );
}

/** Ids of all runs, newest first. */
async function runIds(store: ObjectStore, pipeline: string): Promise<readonly string[]> {
  return (await store.listFolders(runsPrefix(pipeline))).filter(isRunId).reverse();
}

/** A run's summary; undefined also where it cannot be read, so that one bad object does not hide the others. */
async function summaryOf(
  store: ObjectStore,
  pipeline: string,
  run: string,
): Promise<RunSummary | undefined> {
  const body = await store.get(runFileKey(pipeline, run, "summary.json"));
  return body && parseSummary(body);
}

function parseSummary(body: Buffer): RunSummary | undefined {
  const value = parseRecord(body, ["stateBefore", "stateAfter"]);
  return value?.["version"] === 1 ? (value as unknown as RunSummary) : undefined;
}
