import { setTimeout as pause } from "node:timers/promises";
import { tapctl } from "../command-text";
import { UserError } from "../errors";
import { runPrefix, runsPrefix } from "./keys";
import type { ObjectStore } from "./object-store";
import { readSummary } from "./runs";

/** A line that a connector wrote to its standard error. */
export interface LogLine {
  /** When, as RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  readonly source: "tap" | "target";
  readonly text: string;
}

/**
 * The logs of a run in the order of time.
 *
 * @param run id of the run; undefined for the newest
 * @throws UserError where the pipeline or the run has none.
 */
export async function readLogs(store: ObjectStore, pipeline: string, run: string | undefined, sources: readonly LogLine["source"][]): Promise<readonly LogLine[]> {
  const runs = await store.listFolders(runsPrefix(pipeline));
  const wanted = run ?? runs.at(-1);
  if (wanted === undefined) throw new UserError(`"${pipeline}" has not run yet, or its runs were pruned`);
  if (!runs.includes(wanted)) throw new UserError(`"${pipeline}" has no run ${wanted}; list them: ${tapctl(`runs ${pipeline}`)}`);
  const files = (await store.list(runPrefix(pipeline, wanted))).map(({ key }) => key.slice(runPrefix(pipeline, wanted).length));
  const lines = await Promise.all(sources.flatMap((source) => logsOf(source, files).map(async (key) => parse(source, await store.get(runPrefix(pipeline, wanted) + key)))));
  return lines.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** Names of a connector's logs: one on a single machine, one for each attempt on a cluster. */
function logsOf(source: LogLine["source"], files: readonly string[]): readonly string[] {
  const own = new RegExp(`^${source}(-\\d+)?\\.log$`);
  return files.filter((file) => own.test(file));
}

function parse(source: LogLine["source"], log: Buffer | undefined): readonly LogLine[] {
  let time = "";
  return (log?.toString("utf8") ?? "").split("\n").flatMap((line) => {
    if (line === "") return [];
    const match = /^(\S+Z) \w+ \| (.*)$/.exec(line);
    time = match?.[1] ?? time;
    return [{ time, source, text: match?.[2] ?? line }];
  });
}

const LOOK_MS = 300;

/**
 * Tells the logs of a run as they are written, until the run has ended.
 *
 * @param run id of the run; undefined for the newest
 */
export async function followStoredLogs(
  store: ObjectStore,
  pipeline: string,
  run: string | undefined,
  sources: readonly LogLine["source"][],
  onLine: (line: LogLine) => void,
): Promise<void> {
  const wanted = run ?? (await store.listFolders(runsPrefix(pipeline))).at(-1);
  const told = new Map<LogLine["source"], number>();
  for (; ; await pause(LOOK_MS)) {
    const summary = wanted === undefined ? undefined : await readSummary(store, pipeline, wanted);
    const lines = await readLogs(store, pipeline, wanted, sources);
    const counts = new Map<LogLine["source"], number>();
    for (const line of lines) {
      const count = (counts.get(line.source) ?? 0) + 1;
      counts.set(line.source, count);
      if (count > (told.get(line.source) ?? 0)) onLine(line);
    }
    for (const [source, count] of counts) told.set(source, count);
    if (summary?.status !== "running") return;
  }
}
