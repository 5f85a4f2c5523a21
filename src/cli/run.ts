import { Option, type Command } from "commander";
import { UserError } from "../common/errors";
import { checkDay } from "../backfill/windows";
import { findEntry, findReplication, type Project } from "../run/project";
import { isReplication, type PipelineEntry } from "../model/define";
import { InvalidPipelines } from "../model/validation/problem";
import { contextOf, type CliContext } from "./context";
import { requireEntry } from "./pipeline";
import { readStateFile, refuseConflicts, refuseLocalFlags, type RunFlags } from "./run-flags";
import { runLocally } from "./run-locally";

/** `tapctl run`: runs pipelines locally or on a cluster. */
export function addRun(program: Command): void {
  program
    .command("run [names...]")
    .summary("run pipelines locally or on the cluster")
    .description(
      "run pipelines: locally in virtual environments, or on the cluster, where a run waits for the current one to end",
    )
    .option("--all", "run every replication that is not suspended")
    .option(
      "--full-refresh",
      "ignore the saved state and replicate everything; bookmarks of streams that are not sent are kept",
    )
    .option(
      "--keep-state",
      "resume from the saved state even if the tap, source, target or destination changed",
    )
    .option(
      "--accept-schema",
      'load streams whose schema has changed despite onSchemaChange "fail"',
    )
    .option("--state <file>", "resume from the state in a file instead of the saved state")
    .option(
      "--from <day>",
      "start at this day, e.g. 2026-01-31: dates in the saved state are set back to it, or the tap's start date is set if no state is saved",
    )
    .option(
      "-f, --follow",
      "with --on cluster: stream the logs and exit with the run's exit code; Ctrl-C detaches without stopping the run",
    )
    .option(
      "--offline",
      "read sample data from a bundled source on localhost instead of the real source",
    )
    .addOption(
      new Option("--mode <mode>", "how data is transferred (default: the pipeline's mode)").choices(
        ["artifact", "stream"],
      ),
    )
    .option("--jobs <n>", "number of pipelines to run in parallel", "1")
    .option("--keep-runs <n>", "number of runs to keep per pipeline", "30")
    .option("--keep-days <n>", "number of days to keep runs", "30")
    .option("--skip-follow-ups", "skip the follow-ups")
    .option("-v, --verbose", "show the connectors' logs")
    .option("--json", "print the summaries as JSON")
    .addHelpText(
      "after",
      "\nCtrl-C stops a run after it loads what was extracted and saves the state; press it again to stop immediately.\n\nExample:\n  $ npx tapctl run exchange-rates --offline\n  $ npx tapctl run exchange-rates --on cluster --follow",
    )
    .action(runAction);
}

async function runAction(
  names: readonly string[],
  flags: RunFlags,
  command: Command,
): Promise<void> {
  const context = contextOf(command, "named");
  const { project } = context;
  if (flags.from !== undefined) checkDay("--from", flags.from);
  if (context.surroundings.on === "cluster") {
    const problems = [...(project.invalid?.values() ?? [])].flat();
    if (flags.all && problems.length > 0) throw new InvalidPipelines(problems);
    for (const name of names) await requireEntry(context, name);
    return onCluster(context, chosen(project, names, flags, findEntry), flags);
  }
  if (flags.follow)
    throw new UserError("--follow needs --on cluster.", {
      fix: "For a local run, use --verbose to show the logs.",
    });
  return runLocally(context, chosen(project, names, flags, findReplication), flags);
}

async function onCluster(
  context: CliContext,
  entries: readonly PipelineEntry[],
  flags: RunFlags,
): Promise<void> {
  refuseLocalFlags(flags);
  const { runOnCluster } = await import("./run-on-cluster.js");
  const { state, ...others } = flags;
  await runOnCluster(context, entries, {
    ...others,
    ...(state !== undefined && { state: readStateFile(state) }),
  });
}

/** The entries that the names or `--all` select. */
function chosen<Entry extends PipelineEntry>(
  project: Project,
  names: readonly string[],
  flags: RunFlags,
  find: (project: Project, name: string) => Entry,
): readonly Entry[] {
  refuseConflicts(names, flags);
  if (flags.all)
    return project.entries
      .filter(isReplication)
      .filter((entry) => !entry.suspend)
      .map(({ name }) => find(project, name));
  if (names.length === 0)
    throw new UserError("No pipeline is given.", {
      fix: `Name one or use --all; available: ${project.entries.map(({ name }) => name).join(", ")}`,
    });
  const entries = [...new Set(names)].map((name) => find(project, name));
  const single = flags.state ? "--state" : flags.from ? "--from" : undefined;
  if (single !== undefined && entries.length > 1)
    throw new UserError(`${single} works with one pipeline.`, { fix: "Name one pipeline." });
  return entries;
}
