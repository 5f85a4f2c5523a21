import type { ConnectorDefinition, Tap, Target } from "../model/connector";
import type { JsonObject } from "../model/connector-settings";
import { UserError } from "../common/errors";
import type { JsonText } from "../common/json";
import type { Mode, Replication } from "../model/replication";
import { acquireLease } from "../store/lease/lease";
import type { ObjectStore } from "../store/object-store";
import { closeAbandonedRuns, nextRunId, prune, type RunSummary } from "../store/runs/runs";
import { pruneHistory } from "../store/state/state-history";
import { connectorConfigs } from "./connector-configs";
import type { Environment, EnvironmentProgress } from "./environments/environments";
import { runEvents, type RunEvent, type RunEvents } from "./events";
import { requireFollowUps } from "./follow-ups";
import { ExitCode } from "./runner";
import type { SecretLookup } from "./secrets";
import { stopOf, type Stop } from "./stop";
import { runUnderLease } from "./under-lease";
import { openWorkspace } from "./workspace";

/** How many of its states a pipeline keeps for going back; they are small, and outlive the runs that saved them. */
const STATES_KEPT = 100;

/** Where a run happens. */
export interface RunContext {
  /** Folder of the project: relative settings of connectors count from here. */
  readonly root: string;
  readonly store: ObjectStore;
  /** Makes sure that a connector is installed: `ensureEnvironment` in a folder of the project's. */
  readonly prepare: PrepareConnector;
  readonly secrets: SecretLookup;
  readonly stop: Stop;
  readonly onEvent: (event: RunEvent) => void;
}

/** Installs a connector where it is not installed yet, and tells of it. */
export type PrepareConnector = (
  connector: ConnectorDefinition,
  onProgress: (progress: EnvironmentProgress) => void,
  signal?: AbortSignal,
) => Promise<Environment>;

/** How a run is made. */
export interface RunOptions {
  /** Default: the pipeline's own. */
  readonly mode?: Mode;
  /** Start again without a state; the bookmarks of the streams that the run brings replace the saved ones. Default: false. */
  readonly fullRefresh?: boolean;
  /** Go on from the saved state although the tap, source, target or destination has changed. Default: false. */
  readonly keepState?: boolean;
  /** State to go on from instead of the saved one: bare or in an envelope. */
  readonly state?: JsonText;
  /** Settings of the tap for this run alone, over its own. Default: none. */
  readonly tapSettings?: JsonObject;
  /** Start without a state, as a first run does: what `fullRefresh` does too. Default: false. */
  readonly ignoreState?: boolean;
  /** Whether the state that the run leaves is saved. Default: true. */
  readonly saveState?: boolean;
  /** Who started it. Default: `manual`. */
  readonly trigger?: RunSummary["trigger"];
  /** What is read instead of the pipeline's own source, such as made-up data: part of the state's identity, so that states are not mixed up. */
  readonly source?: string;
  /** How many runs are kept, and how long. Default: 30 runs, 30 days. */
  readonly keep?: { readonly runs: number; readonly days: number };
  /** Leave the pipeline's follow-ups out. Default: false. */
  readonly skipFollowUps?: boolean;
}

/**
 * Runs a pipeline once on this machine and returns how it went; a run that fails is a summary, not an error.
 *
 * @throws UserError where the run cannot begin: a missing secret, no Python, a connector that cannot be installed,
 *   another run of the pipeline, a store that cannot be written.
 */
export async function runPipeline(
  all: RunContext,
  entry: Replication,
  options: RunOptions = {},
): Promise<RunSummary> {
  // The deadline of this run is not that of others that run beside it.
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
    await prune(
      context.store,
      entry.name,
      { keep: options.keep?.runs ?? 30, maxAgeDays: options.keep?.days ?? 30 },
      new Date(),
    );
    await pruneHistory(context.store, entry.name, STATES_KEPT);
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
