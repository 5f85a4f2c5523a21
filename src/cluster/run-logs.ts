import type { ObjectStore } from "../store/object-store";
import { readLogs } from "../store/runs/logs";
import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import type { WorkflowObject } from "./objects";
import { loggedContainers, podLines, type PodLine } from "./pod-logs";
import { listPods } from "./workflows";

export { findRun } from "./runs";

/** A run whose log is read. */
export interface LoggedRun {
  readonly pipeline: string;
  /** Id of the run. */
  readonly run: string;
  /** Undefined if it is no longer on the cluster. */
  readonly workflow: WorkflowObject | undefined;
}

/** The log of a run so far. */
export interface RunLog {
  readonly lines: readonly PodLine[];
  /** Parts that cannot be read. */
  readonly gaps: readonly string[];
  /** Whether the run has stored its log; otherwise it was read from the pods. */
  readonly isStored: boolean;
}

/** Whether a run is still on the cluster and has not ended. */
export function isInProgress({ workflow }: Pick<LoggedRun, "workflow">): boolean {
  return (
    workflow !== undefined &&
    !["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "")
  );
}

/** The log of a run: what it has stored, and what only its pods have. */
export async function logOfRun(
  connection: Connection,
  store: ObjectStore,
  logged: LoggedRun,
  sources: readonly string[],
): Promise<RunLog> {
  const { pipeline, run, workflow } = logged;
  const stored = isInProgress(logged)
    ? []
    : await readLogs(store, pipeline, run, sources).catch(() => []);
  const gaps: string[] = [];
  const fromPods = async () =>
    workflow === undefined
      ? []
      : podLogs(connection, workflow.metadata.name, sources, (text) => gaps.push(text));
  if (stored.length === 0) return { lines: await fromPods(), gaps, isStored: false };
  // The log of a follow-up that could not be stored is still in its pod, which is kept if it
  // failed.
  const others =
    sources.length === 1 || stored.some(isOfStep)
      ? []
      : await fromPods().catch(
          (error: unknown) => (gaps.push(`logs of follow-ups: ${(error as Error).message}`), []),
        );
  return { lines: [...stored, ...others.filter(isOfStep)], gaps, isStored: true };
}

/**
 * Whether a line belongs to a follow-up or a job; lines of the runner are part of the connectors'
 * logs.
 */
function isOfStep({ source }: { readonly source: string }): boolean {
  return !["tap", "target", "runner"].includes(source);
}

/**
 * The log lines of a run's pods so far, ordered by time. Logs of other steps are included if both
 * connectors are requested.
 *
 * @param onGap called for a log that the cluster cannot read, e.g. from a lost node
 */
export async function podLogs(
  connection: Connection,
  workflow: string,
  sources: readonly string[],
  onGap: (text: string) => void,
): Promise<readonly PodLine[]> {
  const containers = loggedContainers(await listPods(connection, workflow)).filter(
    ({ started }) => started,
  );
  const logs = await Promise.all(
    containers.map(async (container) => {
      const lines: PodLine[] = [];
      try {
        for await (const line of podLines(connection, container)) lines.push(line);
      } catch (error) {
        if (!(error instanceof ApiError && error.status >= 500)) throw error;
        onGap(`cannot read the log of ${container.pod}, ${container.container}: ${error.message}`);
      }
      return lines;
    }),
  );
  return logs
    .flat()
    .filter(({ source }) => sources.length > 1 || sources.includes(source))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
