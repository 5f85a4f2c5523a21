import { stat } from "node:fs";
import { promisify } from "node:util";
import { runsPrefix } from "../store/keys";
import type { ObjectStore } from "../store/object-store";
import { readSummary } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { runIds } from "../store/runs/run-ids";
import { slimRuns } from "./slim-runs";

/** Number of runs that are kept of a pipeline, as in a report. */
export const RUNS = 20;

/** The time of a folder that changed more recently may stay the same with the next change. */
const SETTLED_MS = 2500;

/** The newest runs of a pipeline. */
export interface CachedRuns {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Whether they differ from the last answer. */
  readonly changed: boolean;
}

interface Known {
  readonly runs: readonly RunSummary[];
  /** Time of the folder of runs if the runs change only with it. Default: they are read again. */
  readonly folder?: number;
}

/**
 * The newest runs of pipelines, `most` at most. A run that has ended does not change, so it is read
 * once; in a local store, runs are listed only if their folder has changed, or if `anyway` is true.
 */
export function cacheRuns(
  store: ObjectStore,
): (pipeline: string, anyway?: boolean, most?: number) => Promise<CachedRuns> {
  const known = new Map<string, Known>();
  const slim = slimRuns();
  return async (pipeline, anyway = false, most = RUNS) => {
    const before = known.get(pipeline);
    const folder = await folderTime(store, pipeline);
    if (!anyway && before?.folder !== undefined && before.folder === folder)
      return { runs: before.runs, changed: false };
    const ended = new Map(
      before?.runs.filter(({ status }) => status !== "running").map((run) => [run.run, run]),
    );
    const ids = (await runIds(store, pipeline)).slice(0, most);
    const found = await Promise.all(
      ids.map(
        async (run) =>
          ended.get(run) ?? (await readSummary(store, pipeline, run).catch(() => undefined)),
      ),
    );
    const read = found.filter((run) => run !== undefined);
    const changed =
      before === undefined ||
      read.length !== before.runs.length ||
      read.some((run, index) => run !== before.runs[index]);
    const runs = changed ? slim(read) : before.runs;
    const isSettled =
      folder !== undefined &&
      Date.now() - folder > SETTLED_MS &&
      read.length === ids.length &&
      read.every(({ status }) => status !== "running");
    known.set(pipeline, { runs, ...(isSettled && { folder }) });
    return { runs, changed };
  };
}

/** `fs/promises` takes more CPU time, and thousands of folders are looked at twice a second. */
const statOf = promisify(stat);

/** When a run was last added or deleted; undefined if that is not known. */
async function folderTime(store: ObjectStore, pipeline: string): Promise<number | undefined> {
  const path = store.localPath(runsPrefix(pipeline).slice(0, -1));
  if (path === undefined) return undefined;
  return statOf(path).then(
    ({ mtimeMs }) => mtimeMs,
    ({ code }: NodeJS.ErrnoException) => (code === "ENOENT" ? 0 : undefined),
  );
}
