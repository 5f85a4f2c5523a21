import { UserError } from "../../common/errors";
import { parseRecord, stringifyJson } from "../../common/json";
import { runFileKey } from "../keys";
import { ObjectStore } from "../object-store";
import { runIds } from "./run-ids";
import type { RunSummary } from "./run-summary";

/** Writes or replaces a run's summary. */
export async function writeSummary(store: ObjectStore, summary: RunSummary): Promise<void> {
  await store.put(
    runFileKey(summary.pipeline, summary.run, "summary.json"),
    `${stringifyJson(summary, 2)}\n`,
  );
}

/**
 * Reads a run's summary; undefined if it does not exist.
 *
 * @throws UserError if it is not JSON of version 1.
 */
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
      fix: "Delete this object, or use the version of tapctl that wrote it.",
    });
  }
  return summary;
}

/**
 * Lists the newest `limit` runs, newest first, from their summaries. Runs killed before they had a
 * summary are not included.
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
 * Marks killed runs as interrupted. Only for the holder of the pipeline's lease before its own run
 * has a summary: all other runs have ended then, whatever their summaries contain.
 * @returns the marked runs.
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
 * A run's summary; undefined if it is missing or unreadable, so that one bad object does not hide
 * the others.
 */
export async function summaryOf(
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
