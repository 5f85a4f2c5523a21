import { UserError } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import type { RunProgress } from "../store/runs/run-summary";
import type { Connection } from "./connection";
import type { PodObject } from "./objects";
import { loggedContainers, recentPodLines, type PodLine } from "./pod-logs";

/** Maximum number of parallel requests for logs. */
const AT_ONCE = 8;

/** The runner's line about its progress. Source: images/singer/runner/progress.py. */
const LINE = /^(extract|load|stream): ([\d,]+) bytes(?:, ([\d,]+) records)?(?:, ([\d,]+) total)?$/;

/**
 * How far running pods are, from the last lines of their logs. Pods without such a line, or with
 * unreadable logs, are omitted.
 */
export async function progressOf(
  connection: Connection,
  pods: readonly PodObject[],
): Promise<ReadonlyMap<PodObject, RunProgress>> {
  const found = await mapConcurrent(AT_ONCE, pods, async (pod) => {
    const lines = await Promise.all(
      loggedContainers([pod])
        .filter(({ started }) => started)
        .map((container) => recentPodLines(connection, container).catch(ignored)),
    );
    return [pod, newestProgress(lines.flatMap((some) => some ?? []))] as const;
  });
  return new Map(
    found.flatMap(([pod, progress]) => (progress === undefined ? [] : [[pod, progress]])),
  );
}

function newestProgress(lines: readonly PodLine[]): RunProgress | undefined {
  return lines
    .flatMap((line) => parseProgress(line) ?? [])
    .sort((a, b) => (a.at < b.at ? 1 : -1))[0];
}

/** The progress in a line of the runner; undefined for other lines. */
export function parseProgress({ time, source, text }: PodLine): RunProgress | undefined {
  const match = source === "runner" ? LINE.exec(text) : null;
  if (match === null) return undefined;
  const [bytes, records, total] = match
    .slice(2)
    .map((digits: string | undefined) =>
      digits === undefined ? undefined : Number(digits.replaceAll(",", "")),
    );
  return {
    phase: match[1] as RunProgress["phase"],
    bytes: bytes ?? 0,
    ...(records !== undefined && { records }),
    ...(total !== undefined && { total }),
    at: time,
  };
}

/** Progress is optional: a log that cannot be read is ignored. */
function ignored(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
