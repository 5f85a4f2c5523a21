import { Option, type Command } from "commander";
import { UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import { batchCode, runBatch, type BatchResult } from "../run/batch";
import type { RunEvent } from "../run/events";
import { checkDay } from "../backfill/windows";
import { findEntry, findReplication, type Project } from "../run/project";
import { localSecrets } from "../run/secrets";
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
import { load } from "./load";
import { requireEntry } from "./pipeline";
import { handleSignals } from "./signals";
import { print, printJson } from "../common/print";
import { summaryTable } from "../store/runs/run-text";
import { showProgress } from "./progress";

interface RunFlags {
  readonly all?: boolean;
  readonly fullRefresh?: boolean;
  readonly keepState?: boolean;
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

/** `tapctl run`: runs pipelines, on this machine or on a cluster. */
export function addRun(program: Command): void {
  program
    .command("run [names...]")
    .description(
      "run pipelines: on this machine, connectors in virtual environments, or on the cluster, after the run that is under way there",
    )
    .option("--all", "every replication of the array that is not suspended")
    .option(
      "--full-refresh",
      "ignore the saved state and replicate everything; bookmarks of streams that the run does not send stay",
    )
    .option(
      "--keep-state",
      "resume from the saved state although tap, source, target or destination changed",
    )
    .option("--state <file>", "go on from the state in a file instead of the saved one")
    .option(
      "--from <day>",
      "begin at a day such as 2026-01-31: dates of the saved state are set back to it, and the tap's first day where none is saved",
    )
    .option(
      "-f, --follow",
      "with --on cluster: print the connectors' logs as they come, and end with the run's exit code; Ctrl-C leaves it, and the run goes on",
    )
    .option(
      "--offline",
      "ask the bundled source, made-up data on localhost, instead of the real one",
    )
    .addOption(
      new Option("--mode <mode>", "how the data travels (default: the pipeline's own)").choices([
        "artifact",
        "stream",
      ]),
    )
    .option("--jobs <n>", "how many pipelines at the same time", "1")
    .option("--keep-runs <n>", "how many runs of a pipeline are kept", "30")
    .option("--keep-days <n>", "how many days runs are kept", "30")
    .option("--skip-follow-ups", "leave the follow-ups out")
    .option("-v, --verbose", "show the connectors' logs")
    .option("--json", "print the summaries as JSON")
    .addHelpText(
      "after",
      "\nCtrl-C drains what was extracted, saves how far it got and stops; a second one stops at once.\n\nExample:\n  $ npx tapctl run exchange-rates --offline\n  $ npx tapctl run exchange-rates --on cluster --follow",
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
    throw new UserError(
      "--follow is for --on cluster; a run on this machine shows its logs with --verbose",
    );
  const entries = chosen(context.project, names, flags, findReplication);
  const stop = createStop();
  const progress = showProgress({ output: process.stderr, verbose: flags.verbose === true });
  const releaseSignals = handleSignals(stop, (text) => progress.line(text));
  try {
    const store = await context.openStore();
    const { root } = context.project;
    const onEvent = (event: RunEvent) => (flags.json ? undefined : progress.tell(event));
    const start = flags.from === undefined ? undefined : await startOf(store, entries, flags.from);
    const result = await runBatch(
      { root, store, prepare: context.prepare, secrets: localSecrets(root), stop, onEvent },
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
      { ...result, notBegun: [...result.notBegun, ...refused] },
      flags.json === true,
      store.url,
    );
  } finally {
    releaseSignals();
  }
}

/** Flags that say how a run on this machine is made. */
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
    throw new UserError(
      `${LOCAL_FLAGS[stray]} is for --on local: a run on the cluster is made as its schedule makes it`,
    );
  const { runOnCluster } = load("./run-on-cluster") as typeof import("./run-on-cluster");
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
    throw new UserError(
      "--full-refresh begins anew: it goes with neither --keep-state nor --state",
    );
  if (flags.from && (flags.fullRefresh || flags.keepState || flags.state))
    throw new UserError(
      "--from says where to begin: it goes with none of --full-refresh, --keep-state and --state",
    );
  if (flags.all && names.length > 0)
    throw new UserError("--all runs every pipeline: leave the names out");
  if (flags.all)
    return project.entries
      .filter(isReplication)
      .filter((entry) => !entry.suspend)
      .map(({ name }) => find(project, name));
  if (names.length === 0)
    throw new UserError(
      `name a pipeline, or use --all; there are: ${project.entries.map(({ name }) => name).join(", ")}`,
    );
  const entries = [...new Set(names)].map((name) => find(project, name));
  const single = flags.state ? "--state" : flags.from ? "--from" : undefined;
  if (single !== undefined && entries.length > 1)
    throw new UserError(`${single} is for one pipeline`);
  return entries;
}

function report(result: BatchResult, json: boolean, store: string): void {
  process.exitCode = batchCode(result);
  for (const { pipeline, error } of result.notBegun)
    process.stderr.write(`${pipeline}: ${error.message}\n`);
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
