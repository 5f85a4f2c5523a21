import {
  batchCode,
  runBatch,
  type BatchOptions,
  type BatchResult,
  type NotStarted,
} from "../run/batch";
import type { RunEvent } from "../run/events";
import { secretsForRuns } from "./local-secrets";
import { startAt, type StartDay } from "../run/start-day";
import { createStop } from "../run/stop";
import { InvalidPipelines } from "../model/validation/problem";
import type { Replication } from "../model/replication";
import type { ObjectStore } from "../store/object-store";
import { readState } from "../store/state/state";
import { positive } from "./flags";
import type { CliContext } from "./context";
import { handleSignals } from "./signals";
import { print, printJson } from "../common/print";
import { summaryTable } from "../store/runs/run-text";
import { showProgress } from "./progress";
import { readStateFile, type RunFlags } from "./run-flags";

/** Runs pipelines on this machine and reports how they ended. */
export async function runLocally(
  context: CliContext,
  entries: readonly Replication[],
  flags: RunFlags,
): Promise<void> {
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
      batchOptions(flags, start),
    );
    progress.end();
    const notStarted = [...result.notStarted, ...(flags.all ? invalidOf(context) : [])];
    report(context, { ...result, notStarted }, flags.json === true, store.url);
  } finally {
    releaseSignals();
  }
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

function batchOptions(flags: RunFlags, start: StartDay | undefined): BatchOptions {
  return {
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
  };
}

/** Pipelines of the array that cannot run. */
function invalidOf({ project }: CliContext): readonly NotStarted[] {
  return [...(project.invalid ?? [])].map(([pipeline, problems]) => ({
    pipeline,
    error: new InvalidPipelines(problems),
  }));
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
