import { UserError, type UserErrorOptions } from "../common/errors";
import { isNamed } from "./run-id";
import type { Connection } from "./connection";
import type { CronWorkflowObject, MetadataOnly } from "./objects";
import { CRON_WORKFLOWS, WORKFLOWS } from "./resources";
import { deployedPipeline } from "./submit";
import { activeRun } from "./runs";
import { getWorkflow, listWorkflows, patchWorkflow } from "./workflows";
import { hasEnded } from "./workflow-status";

/** The result of a cancellation. */
export interface Cancelled {
  readonly workflow: string;
  /**
   * `stopping` ends as interrupted. `removed` had not started: Argo would only stop it once it
   * holds the lock.
   */
  readonly how: "stopping" | "removed";
}

/**
 * Stops a run so that it ends as interrupted: its pods get time to stop, and notifications are
 * sent. A run that still waits for the pipeline's lock is deleted.
 *
 * @param wanted Workflow or run; undefined for the run in progress
 * @throws UserError if no run is in progress.
 */
export async function cancelRun(
  connection: Connection,
  pipeline: string,
  wanted: string | undefined,
): Promise<Cancelled> {
  const { name } = (await runToCancel(connection, pipeline, wanted)).metadata;
  const { status } = await getWorkflow(connection, name);
  if ((status?.phase ?? "Pending") === "Pending" && Object.keys(status?.nodes ?? {}).length === 0) {
    await connection.ask({
      verb: "delete",
      resource: WORKFLOWS,
      namespace: connection.namespace,
      name,
    });
    return { workflow: name, how: "removed" };
  }
  await patchWorkflow(connection, name, { spec: { shutdown: "Stop" } });
  return { workflow: name, how: "stopping" };
}

async function runToCancel(
  connection: Connection,
  pipeline: string,
  wanted: string | undefined,
): Promise<MetadataOnly> {
  if (wanted === undefined) {
    const active = await activeRun(connection, pipeline);
    if (active === undefined)
      throw new UserError(`"${pipeline}" has no run in progress.`, listRuns(pipeline));
    return active;
  }
  const named = (await listWorkflows(connection, pipeline)).find((workflow) =>
    isNamed(workflow, wanted),
  );
  if (named === undefined)
    throw new UserError(`"${pipeline}" has no run ${wanted} in progress.`, listRuns(pipeline));
  if (hasEnded(named))
    throw new UserError(`Run ${wanted} of "${pipeline}" has already ended.`, listRuns(pipeline));
  return named;
}

function listRuns(pipeline: string): UserErrorOptions {
  return { fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${pipeline}`)}` };
}

/** Turns a schedule off or on; returns whether this changed anything. */
export async function suspendSchedule(
  connection: Connection,
  pipeline: string,
  suspend: boolean,
): Promise<boolean> {
  const { spec } = await deployedPipeline(connection, pipeline);
  if ((spec.suspend ?? false) === suspend) return false;
  await connection.ask<CronWorkflowObject>({
    verb: "patch",
    resource: CRON_WORKFLOWS,
    namespace: connection.namespace,
    name: pipeline,
    query: { fieldManager: "tapctl" },
    body: { spec: { suspend } },
  });
  return true;
}
