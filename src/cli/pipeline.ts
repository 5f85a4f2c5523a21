import { UserError } from "../common/errors";
import { findEntry, findReplication } from "../run/project";
import type { PipelineEntry } from "../model/define";
import type { Replication } from "../model/replication";
import { isRunId } from "../store/keys";
import type { CliContext } from "./context";

/**
 * The entry of a pipeline; undefined if the pipeline exists only on the cluster, because it was
 * removed from the array or deployed from another checkout.
 *
 * @throws UserError if the pipeline is in neither place.
 */
export async function entryIfAny(
  context: CliContext,
  name: string,
): Promise<PipelineEntry | undefined> {
  const { project, surroundings } = context;
  if (
    surroundings.on === "local" ||
    project.invalid?.has(name) ||
    project.entries.some((entry) => entry.name === name)
  )
    return findEntry(project, name);
  const { absent } = await import("../cluster/api-errors.js");
  const { getCronWorkflow } = await import("../cluster/workflows.js");
  const deployed = await getCronWorkflow(await context.connect(), name).catch(absent);
  return deployed === undefined ? findEntry(project, name) : undefined;
}

/**
 * The entry of a pipeline, for verbs that need it.
 *
 * @throws UserError that names the place where the pipeline exists instead.
 */
export async function requireEntry(context: CliContext, name: string): Promise<PipelineEntry> {
  const entry = await entryIfAny(context, name);
  if (entry === undefined)
    throw new UserError(
      `"${name}" is on the cluster but not in the array of this checkout; \`${context.commands.onStack("up")}\` from here deletes it.`,
      { fix: "Run this command from a checkout whose array contains the pipeline." },
    );
  return entry;
}

/** Like {@link requireEntry}, but rejects jobs, which have no tap, target or state. */
export async function requireReplication(context: CliContext, name: string): Promise<Replication> {
  await requireEntry(context, name);
  return findReplication(context.project, name);
}

/**
 * The id of a run, which may also be named by its Workflow.
 *
 * @throws UserError if the run does not exist.
 */
export async function runNamed(context: CliContext, name: string, wanted: string): Promise<string> {
  if (context.surroundings.on === "local" || isRunId(wanted)) return wanted;
  const { findRun } = await import("../cluster/runs.js");
  return (await findRun(await context.connect(), await context.openStore(), name, wanted)).run;
}
