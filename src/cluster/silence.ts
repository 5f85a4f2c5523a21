import { UserError } from "../common/errors";
import { mapConcurrent } from "../common/map-concurrent";
import type { Connection } from "./connection";
import type { MetadataOnly, PodObject } from "./objects";
import { lastPodLine, loggedContainers } from "./pod-logs";
import { PODS } from "./resources";
import { pages, phaseOf } from "./workflows";

/** Maximum number of parallel requests for logs. */
const AT_ONCE = 16;

/** The runner reports silence after five minutes; younger runs need no check. */
const YOUNGEST_SECONDS = 300;

/** Selects pods of Workflows that have not ended. */
const WORKING = "workflows.argoproj.io/workflow,workflows.argoproj.io/completed=false";
/** Label of a pod with the name of its Workflow. */
export const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";

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
): Promise<ReadonlyMap<string, string>> {
  const old = workflows.filter(
    (workflow) =>
      phaseOf(workflow) === "Running" &&
      now.getTime() - Date.parse(workflow.metadata.creationTimestamp) >= YOUNGEST_SECONDS * 1000,
  );
  if (old.length === 0) return new Map();
  const pods = await podsOf(connection, new Set(old.map(({ metadata }) => metadata.name)));
  const found = await mapConcurrent(
    AT_ONCE,
    pods,
    async (pod) =>
      [pod.metadata.labels?.[WORKFLOW_LABEL] ?? "", await silenceOf(connection, pod)] as const,
  );
  return new Map(
    found.flatMap(([workflow, since]) => (since === undefined ? [] : [[workflow, since]])),
  );
}

/** The pods of Workflows that have not ended; none if they cannot be read. */
export async function podsOf(
  connection: Connection,
  workflows: ReadonlySet<string>,
): Promise<readonly PodObject[]> {
  const [only] = workflows.size === 1 ? workflows : [];
  const found: PodObject[] = [];
  try {
    for await (const page of pages<PodObject>(
      connection,
      PODS,
      only === undefined ? WORKING : `${WORKFLOW_LABEL}=${only}`,
    ))
      found.push(...page);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return found.filter(({ metadata }) => workflows.has(metadata.labels?.[WORKFLOW_LABEL] ?? ""));
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
