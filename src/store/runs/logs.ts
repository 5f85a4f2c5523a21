import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../../common/errors";
import { runPrefix, runsPrefix } from "../keys";
import type { ObjectStore, StoredObject } from "../object-store";
import { readSummary } from "./runs";

/**
 * A line that a connector wrote to standard error, or that a step with a user's image wrote to
 * either output.
 */
export interface LogLine {
  /**
   * RFC 3339 in UTC with milliseconds; for a step, whose lines have no times, the end of the step.
   */
  readonly time: string;
  /** `tap`, `target`, or the step: the name of a follow-up, or `job`. */
  readonly source: string;
  readonly text: string;
}

/**
 * The logs of a run, sorted by time.
 *
 * @param run id of the run; undefined for the newest
 * @param sources sources to include; those of steps are included if both connectors are
 * @throws UserError if the pipeline or the run has no logs
 */
export async function readLogs(
  store: ObjectStore,
  pipeline: string,
  run: string | undefined,
  sources: readonly LogLine["source"][],
): Promise<readonly LogLine[]> {
  const runs = await store.listFolders(runsPrefix(pipeline));
  const wanted = run ?? runs.at(-1);
  if (wanted === undefined)
    throw new UserError(`"${pipeline}" has not run yet, or its runs were deleted.`, {
      fix: ({ tapctl }) => `Run it with: ${tapctl(`run ${pipeline}`)}`,
    });
  if (!runs.includes(wanted))
    throw new UserError(`"${pipeline}" has no run ${wanted}.`, {
      fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${pipeline}`)}`,
    });
  const prefix = runPrefix(pipeline, wanted);
  const logs = (await store.list(prefix)).flatMap((object) =>
    logOf(object, object.key.slice(prefix.length), sources),
  );
  const lines = await Promise.all(
    logs.map(async ({ key, source, ended }) => parse(source, await store.get(key), ended)),
  );
  return lines.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

interface Log {
  readonly key: string;
  readonly source: LogLine["source"];
  /** Time at which a log without times was written. */
  readonly ended?: string;
}

/**
 * The log in a file of a run, if it belongs to one of the sources: a connector has one locally, and
 * one per attempt on a cluster.
 */
function logOf(
  { key, modified }: StoredObject,
  file: string,
  sources: readonly LogLine["source"][],
): readonly Log[] {
  const connector = /^(tap|target)(-\d+)?\.log$/.exec(file)?.[1];
  if (connector !== undefined)
    return sources.includes(connector) ? [{ key, source: connector }] : [];
  const step = /^logs\/([^/]+)\/\d+\/main\.log$/.exec(file)?.[1];
  return step !== undefined && sources.includes("tap") && sources.includes("target")
    ? [{ key, source: step, ended: modified.toISOString() }]
    : [];
}

function parse(
  source: LogLine["source"],
  log: Buffer | undefined,
  ended: string | undefined,
): readonly LogLine[] {
  let time = "";
  return (log?.toString("utf8") ?? "").split("\n").flatMap((line) => {
    if (line === "") return [];
    if (ended !== undefined) return [{ time: ended, source, text: line }];
    const match = /^(\S+Z) \w+ \| (.*)$/.exec(line);
    time = match?.[1] ?? time;
    return [{ time, source, text: match?.[2] ?? line }];
  });
}

const POLL_MS = 300;

/**
 * Reports the logs of a run as they are written, until the run has ended.
 *
 * @param run id of the run; undefined for the newest
 * @param signal stops it earlier
 */
export async function followStoredLogs(
  store: ObjectStore,
  pipeline: string,
  run: string | undefined,
  sources: readonly LogLine["source"][],
  onLine: (line: LogLine) => void,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = run ?? (await store.listFolders(runsPrefix(pipeline))).at(-1);
  const printed = new Map<LogLine["source"], number>();
  for (; ; await pause(POLL_MS)) {
    const summary = wanted === undefined ? undefined : await readSummary(store, pipeline, wanted);
    const lines = await readLogs(store, pipeline, wanted, sources);
    const counts = new Map<LogLine["source"], number>();
    for (const line of lines) {
      const count = (counts.get(line.source) ?? 0) + 1;
      counts.set(line.source, count);
      if (count > (printed.get(line.source) ?? 0)) onLine(line);
    }
    for (const [source, count] of counts) printed.set(source, count);
    if (summary?.status !== "running" || signal?.aborted) return;
  }
}
