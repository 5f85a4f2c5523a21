import { Option, type Command } from "commander";
import { UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import { batchCode, runBatch, type BatchResult } from "../run/batch";
import type { RunEvent } from "../run/events";
import { checkDay } from "../backfill/windows";
import { findEntry, findReplication, type Project } from "../run/project";
import { secretsForRuns } from "./local-secrets";
import { parseState } from "../run/state-changes";
import { startAt, type StartDay } from "../run/start-day";
import { createStop } from "../run/stop";
import { isReplication, type PipelineEntry } from "../model/define";
import { InvalidPipelines, type Problem } from "../model/validation/problem";
import type { Mode, Replication } from "../model/replication";
import type { ObjectStore } from "../store/object-store";
import { readState } from "../store/state/state";
import { positive } from "./flags";
import { readText } from "./input";
import { contextOf, type CliContext } from "./context";
import { requireEntry } from "./pipeline";
import { handleSignals } from "./signals";
import { print, printJson } from "../common/print";
import { summaryTable } from "../store/runs/run-text";
import { showProgress } from "./progress";

interface RunFlags {
  readonly all?: boolean;
  readonly fullRefresh?: boolean;
  readonly keepState?: boolean;
  readonly acceptSchema?: boolean;
  readonly state?: string;
  readonly offline?: boolean;
  readonly mode?: Mode;
  readonly jobs: string;
  readonly keepRuns: string;
  readonly keepDays: string;
  readonly skipFollowUps?: boolean;
  readonly verbose?: boolean;
  readonly from?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

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
  const invalid = context.project.invalid ?? new Map<string, readonly Problem[]>();
  if (flags.from !== undefined) checkDay("--from", flags.from);
  if (context.surroundings.on === "cluster") {
    if (flags.all && invalid.size > 0) throw new InvalidPipelines([...invalid.values()].flat());
    for (const name of names) await requireEntry(context, name);
    return onCluster(context, chosen(context.project, names, flags, findEntry), flags);
  }
  if (flags.follow)
    throw new UserError("--follow needs --on cluster.", {
      fix: "For a local run, use --verbose to show the logs.",
    });
  const entries = chosen(context.project, names, flags, findReplication);
  const stop = createStop();
  const progress = showProgress({ output: process.stderr, verbose: flags.verbose === true });
  const releaseSignals = handleSignals(stop, (text) => progress.line(text));
  try {
    const store = await context.openStore();
    const { root } = context.project;
    const onEvent = (event: RunEvent) => (flags.json ? undefined : progress.show(event));
    const start = flags.from === undefined ? undefined : await startOf(store, entries, flags.from);
    const secrets = await secretsForRuns(root, entries);
    const result = await runBatch(
      { root, store, prepare: context.prepare, secrets, stop, onEvent },
      entries,
      {
        ...(flags.mode && { mode: flags.mode }),
        ...(flags.state && { state: readStateFile(flags.state) }),
        ...(start && {
          tapSettings: start.settings,
          ...(start.state === undefined ? { ignoreState: true } : { state: start.state }),
        }),
        fullRefresh: flags.fullRefresh === true,
        keepState: flags.keepState === true,
        acceptSchema: flags.acceptSchema === true,
        offline: flags.offline === true,
        skipFollowUps: flags.skipFollowUps === true,
        jobs: positive("--jobs", flags.jobs),
        keep: {
          runs: positive("--keep-runs", flags.keepRuns),
          days: positive("--keep-days", flags.keepDays),
        },
      },
    );
    progress.end();
    const refused = flags.all
      ? [...invalid].map(([pipeline, problems]) => ({
          pipeline,
          error: new InvalidPipelines(problems),
        }))
      : [];
    report(
      context,
      { ...result, notStarted: [...result.notStarted, ...refused] },
      flags.json === true,
      store.url,
    );
  } finally {
    releaseSignals();
  }
}

/** Flags that only apply to local runs. */
const LOCAL_FLAGS = {
  offline: "--offline",
  mode: "--mode",
  skipFollowUps: "--skip-follow-ups",
} as const;

async function onCluster(
  context: CliContext,
  entries: readonly PipelineEntry[],
  flags: RunFlags,
): Promise<void> {
  const stray = (["offline", "mode", "skipFollowUps"] as const).find(
    (flag) => flags[flag] !== undefined,
  );
  if (stray !== undefined)
    throw new UserError(`${LOCAL_FLAGS[stray]} cannot be used with --on cluster.`, {
      fix: "Omit it: a run on the cluster uses the deployed settings.",
    });
  const { runOnCluster } = await import("./run-on-cluster.js");
  const { state, ...others } = flags;
  await runOnCluster(context, entries, {
    ...others,
    ...(state !== undefined && { state: readStateFile(state) }),
  });
}

function startOf(
  store: ObjectStore,
  entries: readonly Replication[],
  day: string,
): Promise<StartDay | undefined> {
  const [entry] = entries;
  return entry === undefined
    ? Promise.resolve(undefined)
    : readState(store, entry.name, entry.formerName).then((saved) =>
        startAt(entry, saved?.envelope.state, day),
      );
}

function chosen<Entry extends PipelineEntry>(
  project: Project,
  names: readonly string[],
  flags: RunFlags,
  find: (project: Project, name: string) => Entry,
): readonly Entry[] {
  if (flags.fullRefresh && (flags.keepState || flags.state))
    throw new UserError("--full-refresh cannot be combined with --keep-state or --state.", {
      fix: "Use only one of them.",
    });
  if (flags.from && (flags.fullRefresh || flags.keepState || flags.state))
    throw new UserError("--from cannot be combined with --full-refresh, --keep-state or --state.", {
      fix: "Use only one of them.",
    });
  if (flags.all && names.length > 0)
    throw new UserError("--all cannot be combined with pipeline names.", {
      fix: "Omit the names or --all.",
    });
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

function report({ commands }: CliContext, result: BatchResult, json: boolean, store: string): void {
  process.exitCode = batchCode(result);
  for (const { pipeline, error } of result.notStarted)
    process.stderr.write(`${pipeline}: ${error.textWith(commands)}\n`);
  if (json) return printJson(result.summaries);
  if (result.summaries.length === 0) return;
  print(`\n${summaryTable(result.summaries)}`);
  print(
    `\nfiles: ${result.summaries.map(({ pipeline, run }) => `${store}/runs/${pipeline}/${run}`).join("\n       ")}`,
  );
}

function readStateFile(file: string): JsonText {
  return parseState(`--state ${file}`, readText(file, `--state ${file}`));
}
