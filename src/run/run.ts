import type { Tap, Target } from "../model/connector";
import { UserError } from "../common/errors";
import type { Replication } from "../model/replication";
import { acquireLease } from "../store/lease/lease";
import { closeAbandonedRuns } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { prune } from "../store/runs/prune";
import { nextRunId } from "../store/runs/run-ids";
import { pruneHistory } from "../store/state/state-history";
import { connectorConfigs } from "./connector-configs";
import type { Environment } from "./environments/environment";
import { runEvents, type RunEvents } from "./events";
import { requireFollowUps } from "./follow-ups";
import type { RunContext, RunOptions } from "./run-options";
import { ExitCode } from "./runner";
import { stopOf } from "./stop";
import { runUnderLease } from "./under-lease";
import { openWorkspace } from "./workspace";

/**
 * Number of states to keep for rollbacks. They are small and are kept longer than the runs that
 * saved them.
 */
const STATES_KEPT = 100;

/**
 * Runs a pipeline once on this machine. A failed run is returned as a summary, not thrown.
 *
 * @throws UserError if the run cannot start: a secret is missing, Python is missing, a connector
 *   cannot be installed, another run is in progress, or the store is not writable.
 */
export async function runPipeline(
  all: RunContext,
  entry: Replication,
  options: RunOptions = {},
): Promise<RunSummary> {
  // The deadline applies to this run only, not to other runs of this process.
  const { stop, detach } = stopOf(all.stop);
  try {
    return await runOnce({ ...all, stop }, entry, options);
  } finally {
    detach();
  }
}

async function runOnce(
  context: RunContext,
  entry: Replication,
  options: RunOptions,
): Promise<RunSummary> {
  const events = runEvents(entry.name, context.onEvent);
  const configs = await connectorConfigs(entry, {
    openStore: () => Promise.resolve(context.store),
    secrets: context.secrets,
    ...(options.tapSettings && { tapSettings: options.tapSettings }),
  });
  if (!options.skipFollowUps) requireFollowUps(entry, context.secrets);
  const environments = await prepareEnvironments(context, entry, events);
  if (context.stop.count > 0) throw stoppedEarly(context, entry, "it began");
  const run = await nextRunId(context.store, entry.name);
  const lease = await acquireLease(context.store, entry.name, { run });
  const workspace = openWorkspace();
  try {
    await closeAbandonedRuns(context.store, entry.name);
    const summary = await runUnderLease({
      context,
      entry,
      options,
      events,
      configs,
      environments,
      run,
      begun: performance.now(),
      lease,
      workspace,
    });
    const keep = { keep: options.keep?.runs ?? 30, maxAgeDays: options.keep?.days ?? 30 };
    await Promise.all([
      prune(context.store, entry.name, keep, new Date()),
      pruneHistory(context.store, entry.name, STATES_KEPT),
    ]);
    events.ended(summary);
    return summary;
  } finally {
    workspace.remove();
    await lease.release();
  }
}

async function prepareEnvironments(
  context: RunContext,
  entry: Replication,
  events: RunEvents,
): Promise<{ readonly tap: Environment; readonly target: Environment }> {
  const { signal } = context.stop;
  const prepare = (use: Tap | Target) =>
    context.prepare(use.connector, (progress) => events.environment(progress), signal);
  try {
    return { tap: await prepare(entry.tap), target: await prepare(entry.target) };
  } catch (error) {
    throw signal.aborted ? stoppedEarly(context, entry, "its connectors were installed") : error;
  }
}

function stoppedEarly({ stop }: RunContext, { name }: Replication, before: string): UserError {
  return new UserError(`"${name}": ${stop.reason}, before ${before}`, ExitCode.interrupted);
}
