import { UserError } from "../common/errors";
import type { Connection } from "./connection";
import type { PodObject } from "./objects";
import { PODS } from "./resources";
import { pages } from "./workflows";

/** Label of a pod with the name of its Workflow. */
export const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";

/** Selects pods of Workflows that have not ended. */
const WORKING = `${WORKFLOW_LABEL},workflows.argoproj.io/completed=false`;

/** Reads the pods of Workflows by name. */
export type ReadPods = (workflows: ReadonlySet<string>) => Promise<readonly PodObject[]>;

/** Reads the pods of Workflows that have not ended; none if they cannot be read. */
export function podReader(connection: Connection): ReadPods {
  return async (workflows) => {
    const [only] = workflows.size === 1 ? workflows : [];
    const selector = only === undefined ? WORKING : `${WORKFLOW_LABEL}=${only}`;
    const found: PodObject[] = [];
    try {
      for await (const page of pages<PodObject>(connection, PODS, selector)) found.push(...page);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
    return found.filter((pod) => workflows.has(workflowOf(pod)));
  };
}

/** Reads the pods of all these Workflows with the first call, for several callers. */
export function sharedPodReader(connection: Connection, workflows: ReadonlySet<string>): ReadPods {
  const read = podReader(connection);
  let all: Promise<readonly PodObject[]> | undefined;
  return async (wanted) => {
    all ??= read(workflows);
    return (await all).filter((pod) => wanted.has(workflowOf(pod)));
  };
}

/** Name of the Workflow that a pod belongs to; empty for none. */
export function workflowOf({ metadata }: PodObject): string {
  return metadata.labels?.[WORKFLOW_LABEL] ?? "";
}
