import { ApiError } from "./api-errors";
import type { Connection } from "./connection";
import { loggedContainers, podLines, type PodLine } from "./pod-logs";
import { listPods } from "./workflows";

export { findRun } from "./runs";

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
