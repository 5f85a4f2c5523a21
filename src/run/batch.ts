import { startStandIn } from "./offline/stand-in";
import { ExitCode } from "./runner";
import { UserError } from "../common/errors";
import type { Replication } from "../model/replication";
import type { RunSummary } from "../store/runs/run-summary";
import { nextOfflineRun } from "./offline/offline-count";
import { standInSettings } from "./offline/offline";
import { runPipeline } from "./run";
import type { RunContext, RunOptions } from "./run-options";

/** A pipeline whose run did not start, and the reason. */
export interface NotStarted {
  readonly pipeline: string;
  readonly error: UserError;
}

/** Result of several runs. */
export interface BatchResult {
  readonly summaries: readonly RunSummary[];
  readonly notStarted: readonly NotStarted[];
}

/** Options of several runs. */
export interface BatchOptions extends RunOptions {
  /** Number of runs in parallel. Default: 1. */
  readonly jobs?: number;
  /** Whether to read from the bundled sample source instead of the real one. Default: false. */
  readonly offline?: boolean;
}

/** Runs pipelines, optionally in parallel. A failed run does not stop the others. */
export async function runBatch(
  context: RunContext,
  entries: readonly Replication[],
  options: BatchOptions,
): Promise<BatchResult> {
  const standIn = options.offline
    ? await startStandIn(await nextOfflineRun(context.store))
    : undefined;
  try {
    const planned = entries.map((entry) => ({
      entry,
      options: standIn ? offline(entry, options, standIn.url) : options,
    }));
    return await runAll(context, planned, options.jobs ?? 1);
  } finally {
    await standIn?.stop();
  }
}

/** Exit code of a batch: the code that all failed runs share, or 1 if they differ. */
export function batchCode({ summaries, notStarted }: BatchResult): number {
  const codes = new Set([
    ...summaries.map(({ code }) => code ?? ExitCode.internal),
    ...notStarted.map(({ error }) => error.exitCode),
  ]);
  codes.delete(ExitCode.ok);
  return codes.size > 1 ? ExitCode.internal : ([...codes][0] ?? ExitCode.ok);
}

interface Planned {
  readonly entry: Replication;
  readonly options: RunOptions;
}

/** The sample source overrides the tap's config, wherever the config comes from. */
function offline(entry: Replication, options: RunOptions, url: string): RunOptions {
  return {
    ...options,
    source: "bundled source",
    tapSettings: { ...options.tapSettings, ...standInSettings(entry, url) },
  };
}

async function runAll(
  context: RunContext,
  planned: readonly Planned[],
  jobs: number,
): Promise<BatchResult> {
  const waiting = [...planned];
  const summaries: RunSummary[] = [];
  const notStarted: NotStarted[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next && context.stop.count === 0; next = waiting.shift()) {
      const { entry, options } = next;
      try {
        summaries.push(await runPipeline(context, entry, options));
      } catch (error) {
        notStarted.push({ pipeline: entry.name, error: asUserError(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, planned.length) }, work));
  const order = planned.map(({ entry }) => entry.name);
  return {
    summaries: summaries.sort((a, b) => order.indexOf(a.pipeline) - order.indexOf(b.pipeline)),
    notStarted,
  };
}

/** A bug in the run of one pipeline does not stop the others. */
function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    { fix: "Report it as a bug of tapctl.", exitCode: ExitCode.internal },
  );
}
