import { UserError } from "../../common/errors";
import { runPrefix, runsPrefix } from "../keys";
import type { ObjectStore, StoredObject } from "../object-store";

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
  const wanted = await loggedRun(store, pipeline, run);
  const logs = await logsOf(store, pipeline, wanted, sources);
  const lines = await Promise.all(
    logs.map(async (log) => parseLog(log, (await store.get(log.key)) ?? Buffer.alloc(0))),
  );
  return inOrder(lines.flat());
}

/** The wanted run, or the newest. @throws UserError if there is none. */
export async function loggedRun(
  store: ObjectStore,
  pipeline: string,
  run: string | undefined,
): Promise<string> {
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
  return wanted;
}

/** Lines sorted by time. */
export function inOrder(lines: readonly LogLine[]): readonly LogLine[] {
  return [...lines].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** A log of a run. */
export interface Log {
  readonly key: string;
  /** Size in bytes. */
  readonly size: number;
  readonly source: LogLine["source"];
  /** Time at which a log without times was written. */
  readonly ended?: string;
}

/** The logs of a run that belong to the sources. */
export async function logsOf(
  store: ObjectStore,
  pipeline: string,
  run: string,
  sources: readonly LogLine["source"][],
): Promise<readonly Log[]> {
  const prefix = runPrefix(pipeline, run);
  return (await store.list(prefix)).flatMap((object) =>
    logOf(object, object.key.slice(prefix.length), sources),
  );
}

/**
 * The log in a file of a run, if it belongs to one of the sources: a connector has one locally, and
 * one per attempt on a cluster.
 */
function logOf(
  { key, size, modified }: StoredObject,
  file: string,
  sources: readonly LogLine["source"][],
): readonly Log[] {
  const connector = /^(tap|target)(-\d+)?\.log$/.exec(file)?.[1];
  if (connector !== undefined)
    return sources.includes(connector) ? [{ key, size, source: connector }] : [];
  const step = /^logs\/([^/]+)\/\d+\/main\.log$/.exec(file)?.[1];
  return step !== undefined && sources.includes("tap") && sources.includes("target")
    ? [{ key, size, source: step, ended: modified.toISOString() }]
    : [];
}

/**
 * The lines of a log, or of a part of it.
 *
 * @param since time of the lines that precede the first one with a time. Default: unknown.
 */
export function parseLog(
  { source, ended }: Pick<Log, "source" | "ended">,
  text: Buffer,
  since = "",
): readonly LogLine[] {
  let time = since;
  return text
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      if (line === "") return [];
      if (ended !== undefined) return [{ time: ended, source, text: line }];
      const match = /^(\S+Z) \w+ \| (.*)$/.exec(line);
      time = match?.[1] ?? time;
      return [{ time, source, text: match?.[2] ?? line }];
    });
}
