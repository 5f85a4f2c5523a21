import type { Command } from "commander";
import { tapctl } from "../common/command-text";
import { UserError } from "../common/errors";
import { findReplication } from "../run/project";
import { followStoredLogs, readLogs, type LogLine } from "../store/runs/logs";
import { listRuns } from "../store/runs/runs";
import { contextOf, type CliContext } from "./context";
import { load } from "./load";
import { printLog, tell, wantedSources } from "./log-lines";
import { entryIfAny } from "./pipeline";
import { printJson } from "../common/print";
import { watchRun } from "./watch-run";

interface LogFlags {
  readonly tap?: boolean;
  readonly target?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Whether a line is of a follow-up or a job: what the runner says is in the connectors' logs. */
const isOfStep = ({ source }: { readonly source: string }): boolean =>
  !["tap", "target", "runner"].includes(source);

/** `tapctl logs`: what the connectors of a run said. */
export function addLogs(program: Command): void {
  program
    .command("logs <name> [run]")
    .description(
      "print the logs of a run, the newest by default: tap and target in the order of time; also of one whose pods are gone",
    )
    .option("--tap", "the tap's alone")
    .option("--target", "the target's alone")
    .option(
      "-f, --follow",
      "print lines as they come, until the run ends; Ctrl-C leaves it, and the run goes on",
    )
    .option("--json", "print as JSON: a list of {time, source, text}")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl logs exchange-rates --target\n  $ npx tapctl logs exchange-rates --on cluster -f",
    )
    .action(async (name: string, run: string | undefined, flags: LogFlags, command: Command) => {
      const sources = wantedSources(flags);
      if (flags.follow && flags.json)
        throw new UserError("--follow prints lines as they come: it does not go with --json");
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
  const { findRun, podLogs } = load("../cluster/run-logs") as typeof import("../cluster/run-logs");
  await entryIfAny(context, name);
  const [connection, store] = [await context.connect(), await context.openStore()];
  const { run, workflow, summary } = await findRun(connection, store, name, wanted);
  const ended =
    workflow === undefined ||
    ["Succeeded", "Failed", "Error"].includes(workflow.status?.phase ?? "");
  if (!ended && flags.follow) {
    const wants = (source: string) => sources.length > 1 || sources.some((one) => one === source);
    await watchRun(connection, { pipeline: name, workflow: workflow.metadata.name, wants });
    return;
  }
  const stored = ended ? await readLogs(store, name, run, sources).catch(() => []) : [];
  const gaps: string[] = [];
  const fromPods = async () =>
    workflow === undefined
      ? []
      : podLogs(connection, workflow.metadata.name, sources, (text) => gaps.push(text));
  if (stored.length > 0) {
    // The log of a follow-up that could not be stored is with its pod, which stays where it failed.
    const others =
      sources.length === 1 || stored.some(isOfStep)
        ? []
        : await fromPods().catch(
            (error: unknown) => (gaps.push(`logs of follow-ups: ${(error as Error).message}`), []),
          );
    gaps.forEach(tell);
    return show([...stored, ...others.filter(isOfStep)], flags);
  }
  const live = await fromPods();
  if (gaps.length > 0) {
    process.exitCode = 1;
    gaps.forEach(tell);
  } else if (live.length === 0) {
    const before =
      wanted === undefined
        ? (await listRuns(store, name, 2)).find((one) => one.run !== run)
        : undefined;
    const reason =
      workflow === undefined
        ? (summary?.error ?? "it is not on the cluster any more, and stored none")
        : "none of its steps has begun, or its pods are gone";
    tell(
      `run ${run} has no log: ${reason}${before === undefined ? "" : `; of the one before it: ${tapctl(`logs ${name} ${before.run}`)}`}`,
    );
  }
  show(live, flags);
}

function show(
  lines: readonly { readonly time: string; readonly source: string; readonly text: string }[],
  flags: LogFlags,
): void {
  if (flags.json) return printJson(lines);
  for (const line of lines) printLog(line);
}
