import type { Connection } from "./connection";
import { loggedContainers, podLines, type PodLine } from "./pod-logs";
import { listPods } from "./workflows";

export { findRun } from "./runs";

/** What the pods of a run have said so far, in the order of time. Containers of other steps count where both connectors are wanted. */
export async function podLogs(connection: Connection, workflow: string, sources: readonly string[]): Promise<readonly PodLine[]> {
  const containers = loggedContainers(await listPods(connection, workflow)).filter(({ started }) => started);
  const never = new AbortController().signal;
  const logs = await Promise.all(
    containers.map(async (container) => {
      const lines: PodLine[] = [];
      for await (const line of podLines(connection, container, false, never)) lines.push(line);
      return lines;
    }),
  );
  return logs
    .flat()
    .filter(({ source }) => sources.length > 1 || sources.includes(source))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
