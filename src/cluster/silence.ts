import { UserError } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import type { Connection } from "./connection";
import type { MetadataOnly, PodObject } from "./objects";
import { lastPodLine, loggedContainers } from "./pod-logs";
import { podReader, workflowOf, type ReadPods } from "./workflow-pods";
import { phaseOf } from "./workflow-status";

/** Maximum number of parallel requests for logs. */
const AT_ONCE = 16;

/** The runner reports silence after five minutes; younger runs need no check. */
const YOUNGEST_SECONDS = 300;

/**
 * The runner's line about silence; a later line of the same container ends it. Source:
 * images/singer/runner/idle.py.
 */
const NOTE =
  /^.+ has (?:sent|read) nothing for .+, since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)$/;

/**
 * When running Workflows were last active, from the last lines of their pods' logs. Workflows
 * without such a line, or with unreadable logs, are omitted.
 *
 * @returns RFC 3339 times in UTC by Workflow name.
 */
export async function silences(
  connection: Connection,
  workflows: readonly MetadataOnly[],
  now = new Date(),
  readPods: ReadPods = podReader(connection),
): Promise<ReadonlyMap<string, string>> {
  const old = workflows.filter(
    (workflow) =>
      phaseOf(workflow) === "Running" &&
      now.getTime() - Date.parse(workflow.metadata.creationTimestamp) >= YOUNGEST_SECONDS * 1000,
  );
  if (old.length === 0) return new Map();
  const pods = await readPods(new Set(old.map(({ metadata }) => metadata.name)));
  const found = await mapConcurrent(
    AT_ONCE,
    pods,
    async (pod) => [workflowOf(pod), await silenceOf(connection, pod)] as const,
  );
  return new Map(
    found.flatMap(([workflow, since]) => (since === undefined ? [] : [[workflow, since]])),
  );
}

async function silenceOf(connection: Connection, pod: PodObject): Promise<string | undefined> {
  const running = new Set(
    pod.status?.containerStatuses?.flatMap(({ name, state }) =>
      state?.running === undefined ? [] : [name],
    ),
  );
  const lines = await Promise.all(
    loggedContainers([pod])
      .filter(({ container }) => running.has(container))
      .map((container) => lastPodLine(connection, container).catch(ignored)),
  );
  return lines
    .map((line) => (line?.source === "runner" ? silentSince(line.text) : undefined))
    .find((since) => since !== undefined);
}

/** The time since when nothing has moved, from a line of the runner; undefined for other lines. */
export function silentSince(line: string): string | undefined {
  return NOTE.exec(line)?.[1];
}

/** The silence of a run is optional in a status: a log that cannot be read is ignored. */
function ignored(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
