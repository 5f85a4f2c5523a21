import type { Command } from "commander";
import { UserError } from "../common/errors";
import { findReplication } from "../run/project";
import { followStoredLogs } from "../store/runs/follow-logs";
import { readLogs, type LogLine } from "../store/runs/logs";
import { listRuns } from "../store/runs/runs";
import { contextOf, type CliContext } from "./context";
import { printLog, printNote, wantedSources } from "./log-lines";
import { entryIfAny } from "./pipeline";
import { printJson } from "../common/print";
import { watchRun } from "./watch-run";

interface LogFlags {
  readonly tap?: boolean;
  readonly target?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `tapctl logs`: the logs of a run. */
export function addLogs(program: Command): void {
  program
    .command("logs <name> [run]")
    .summary("print the logs of a run")
    .description(
      "print the logs of a run (default: the newest), tap and target merged by time; works after its pods are gone",
    )
    .option("--tap", "print only the tap's log")
    .option("--target", "print only the target's log")
    .option(
      "-f, --follow",
      "stream the logs until the run ends; Ctrl-C detaches without stopping the run",
    )
    .option("--json", "print as JSON: a list of {time, source, text}")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl logs exchange-rates --target\n  $ npx tapctl logs exchange-rates --on cluster -f",
    )
    .action(async (name: string, run: string | undefined, flags: LogFlags, command: Command) => {
      const sources = wantedSources(flags);
      if (flags.follow && flags.json)
        throw new UserError("--follow and --json cannot be used together.", {
          fix: "Omit one of them.",
        });
      const context = contextOf(command, "named");
      if (context.surroundings.on === "cluster")
        return clusterLogs(context, name, run, sources, flags);
      findReplication(context.project, name);
      const store = await context.openStore();
      if (flags.follow) return followStoredLogs(store, name, run, sources, printLog);
      show(await readLogs(store, name, run, sources), flags);
    });
}

async function clusterLogs(
  context: CliContext,
  name: string,
  wanted: string | undefined,
  sources: readonly LogLine["source"][],
  flags: LogFlags,
): Promise<void> {
  const { findRun, isInProgress, logOfRun } = await import("../cluster/run-logs.js");
  await entryIfAny(context, name);
  const [connection, store] = [await context.connect(), await context.openStore()];
  const { run, workflow, summary } = await findRun(connection, store, name, wanted);
  if (workflow !== undefined && isInProgress({ workflow }) && flags.follow) {
    const wants = (source: string) => sources.length > 1 || sources.some((one) => one === source);
    await watchRun(connection, context.commands, {
      pipeline: name,
      workflow: workflow.metadata.name,
      wants,
    });
    return;
  }
  const { lines, gaps, isStored } = await logOfRun(
    connection,
    store,
    { pipeline: name, run, workflow },
    sources,
  );
  if (isStored) {
    gaps.forEach(printNote);
    return show(lines, flags);
  }
  if (gaps.length > 0) {
    process.exitCode = 1;
    gaps.forEach(printNote);
  } else if (lines.length === 0) {
    const before =
      wanted === undefined
        ? (await listRuns(store, name, 2)).find((one) => one.run !== run)
        : undefined;
    const reason =
      workflow === undefined
        ? (summary?.error ?? "it is no longer on the cluster and stored no logs")
        : "its connectors wrote none, no step has started, or its pods are gone";
    printNote(
      `Run ${run} has no logs: ${reason}${before === undefined ? "" : `\nPrint the logs of the previous run with: ${context.commands.tapctl(`logs ${name} ${before.run}`)}`}`,
    );
  }
  show(lines, flags);
}

function show(
  lines: readonly { readonly time: string; readonly source: string; readonly text: string }[],
  flags: LogFlags,
): void {
  if (flags.json) return printJson(lines);
  for (const line of lines) printLog(line);
}
