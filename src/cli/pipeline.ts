import { stackCommand } from "../common/command-text";
import { UserError } from "../common/errors";
import { findEntry, findReplication } from "../run/project";
import type { PipelineEntry } from "../model/define";
import type { Replication } from "../model/replication";
import { isRunId } from "../store/keys";
import type { CliContext } from "./context";
import { load } from "./load";

/**
 * The entry of a pipeline; undefined for one that is on the cluster alone, because it was taken out of the array or
 * another checkout brought it there.
 *
 * @throws UserError where neither has it.
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
  const { absent } = load("../cluster/api-errors") as typeof import("../cluster/api-errors");
  const { getCronWorkflow } = load("../cluster/workflows") as typeof import("../cluster/workflows");
  const deployed = await getCronWorkflow(await context.connect(), name).catch(absent);
  return deployed === undefined ? findEntry(project, name) : undefined;
}

/** The entry of a pipeline, for verbs that cannot do without. @throws UserError that says where the pipeline is instead. */
export async function requireEntry(context: CliContext, name: string): Promise<PipelineEntry> {
  const entry = await entryIfAny(context, name);
  if (entry === undefined)
    throw new UserError(
      `"${name}" is on the cluster but not in the array of this checkout, and the next \`${stackCommand("up")}\` from here deletes it; ask from a checkout that has it`,
    );
  return entry;
}

/** The same of a replication: a job is refused, because it has no tap, target and state. */
export async function requireReplication(context: CliContext, name: string): Promise<Replication> {
  await requireEntry(context, name);
  return findReplication(context.project, name);
}

/** The id of a run that may be named by its Workflow as well. @throws UserError where there is no such run. */
export async function runNamed(context: CliContext, name: string, wanted: string): Promise<string> {
  if (context.surroundings.on === "local" || isRunId(wanted)) return wanted;
  const { findRun } = load("../cluster/runs") as typeof import("../cluster/runs");
  return (await findRun(await context.connect(), await context.openStore(), name, wanted)).run;
}
