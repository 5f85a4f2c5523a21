import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { connectorVersion } from "../model/connector";
import { problemOf, UserError } from "../common/errors";
import { JsonText, parseRecord } from "../common/json";
import { identityOf } from "../model/identity";
import type { Replication } from "../model/replication";
import { requireSeconds } from "../model/units";
import type { Lease } from "../store/lease/lease";
import { schemasKey } from "../store/keys";
import { writeSummary, type RunSummary } from "../store/runs/runs";
import { bareState, commitState, readState, type StateEnvelope } from "../store/state/state";
import { noneIfUnreadable } from "../store/state/state-envelope";
import type { ConnectorConfigs } from "./connector-configs";
import type { Environment } from "./environments/environment";
import type { RunEvents } from "./events";
import { filesBelow, layOutRun, type RunFiles } from "./files";
import { runFollowUps } from "./follow-ups";
import { watchLimits } from "./limits";
import { replicateByArtifact, replicateByStream, type Replicated } from "./replicate";
import { endedPart, startReports, type Reports, type RunPart } from "./reports";
import type { RunContext, RunOptions } from "./run-options";
import { ExitCode, type RunnerEvent } from "./runner";
import { liveSummary } from "./live-summary";
import type { Workspace } from "./workspace";

/** A run whose connectors are ready and whose lease is held. */
export interface LeasedRun {
  readonly context: RunContext;
  readonly entry: Replication;
  readonly options: RunOptions;
  readonly events: RunEvents;
  readonly configs: ConnectorConfigs;
  readonly environments: { readonly tap: Environment; readonly target: Environment };
  readonly run: string;
  /** Start time of a monotonic clock: `performance.now()`. */
  readonly begun: number;
  readonly lease: Lease;
  readonly workspace: Workspace;
}

/**
 * Extracts, loads, commits and runs follow-ups. The summary of the run is `running` first, then the
 * result.
 */
export async function runUnderLease(leased: LeasedRun): Promise<RunSummary> {
  const { context, events, run } = leased;
  const state = await stateInForce(leased);
  const opening = openingSummary(leased, new Date(), state);
  await writeSummary(context.store, opening);
  events.started(run);
  const reports = startReports({
    entry: leased.entry,
    opening,
    python: leased.environments.tap.python,
    results: leased.workspace.directory,
  });
  const parts: RunPart[] = [];
  const end = (summary: RunSummary) => close(leased, { reports, parts }, summary);
  const release = watchLimits(leased);
  const live = liveSummary(context.store, opening);
  const runner = (event: RunnerEvent) => {
    live.look(event);
    events.runner(event);
  };
  try {
    const files = await layOut(leased, state);
    const replicated = await replicate({ ...leased, events: { ...events, runner } }, files).finally(
      () => live.end(),
    );
    await files.keepOutputs();
    const committing = new Date().toISOString();
    const { committed, unsaved } = await commit(leased, files, replicated.code);
    parts.push(endedPart("commit", committing, unsaved));
    const error =
      unsaved === undefined
        ? errorOf(leased, replicated)
        : [errorOf(leased, replicated), unsaved].filter((one) => one !== null).join("; ");
    const loaded = {
      code:
        unsaved !== undefined && replicated.code === ExitCode.ok
          ? ExitCode.internal
          : replicated.code,
      error,
    };
    const result = loaded.code === ExitCode.ok ? await followUp(leased, files, parts) : loaded;
    return await end(closingSummary(opening, replicated, committed, result, files));
  } catch (error) {
    if (context.stop.atOnce.aborted)
      return await end({
        ...opening,
        status: "interrupted",
        code: ExitCode.interrupted,
        error: context.stop.reason ?? null,
      });
    const failed = {
      ...opening,
      status: "failed",
      code: ExitCode.internal,
      error: problemOf(error),
    } as const;
    // If the store is not writable, this fails too, with a less helpful message.
    await end(failed).catch(() => undefined);
    throw error;
  } finally {
    release();
  }
}

/** The saved state in its envelope, otherwise the bare initial state; undefined without either. */
async function stateInForce({
  context,
  entry,
  options,
  configs,
}: LeasedRun): Promise<StateEnvelope | JsonText | undefined> {
  const saved = readState(context.store, entry.name, entry.formerName);
  // If the run does not start from it, an unreadable state is replaced.
  const readable =
    startsAfresh(options) || options.state !== undefined ? saved.catch(noneIfUnreadable) : saved;
  return (await readable)?.envelope ?? configs.initialState;
}

function startsAfresh({ fullRefresh, ignoreState }: RunOptions): boolean {
  return fullRefresh === true || ignoreState === true;
}

async function layOut(
  { context, entry, options, configs, environments, run, workspace }: LeasedRun,
  state: StateEnvelope | JsonText | undefined,
): Promise<RunFiles> {
  return layOutRun({
    store: context.store,
    workspace,
    pipeline: entry.name,
    run,
    tap: { descriptionFile: environments.tap.descriptionFile, ...configs.tap },
    target: { descriptionFile: environments.target.descriptionFile, ...configs.target },
    catalog: configs.catalog,
    select: configs.select,
    rules: configs.rules,
    maskSalt: configs.maskSalt,
    catalogMaxAge: entry.catalog && requireSeconds(entry.catalog.maxAge),
    keepDiscovered: options.tapSettings === undefined,
    identity: { pipeline: entry.name, run, ...identityOf(entry, options.source) },
    state,
    signal: context.stop.atOnce,
    givenState: options.state,
  });
}

function replicate(
  { context, entry, options, environments, events }: LeasedRun,
  files: RunFiles,
): Promise<Replicated> {
  const byMode =
    (options.mode ?? entry.mode ?? "artifact") === "artifact"
      ? replicateByArtifact
      : replicateByStream;
  const onChange = startsAfresh(options) ? "refresh" : options.keepState ? "keep" : "fail";
  return byMode({
    entry,
    python: environments.tap.python,
    cwd: context.root,
    files,
    onChange,
    acceptSchema: options.acceptSchema === true,
    stop: context.stop,
    events,
  });
}

/**
 * Saves the new state of the load, if there is one, and after it the schemas of a run that
 * succeeded. The lease is checked last, so that only its holder commits.
 *
 * @returns `unsaved` with the reason if the store rejected it: the run has then failed although its
 *   data arrived
 */
async function commit(
  { context, entry, options, lease }: LeasedRun,
  files: RunFiles,
  code: number,
): Promise<{ readonly committed?: StateEnvelope; readonly unsaved?: string }> {
  if (options.saveState === false) return {};
  const envelope = existsSync(files.candidate)
    ? (parseRecord(readFileSync(files.candidate), ["state"]) as unknown as StateEnvelope)
    : undefined;
  await lease.verify();
  try {
    if (envelope !== undefined) await commitState(context.store, envelope);
    if (code === ExitCode.ok && existsSync(files.schemas))
      await context.store.put(schemasKey(entry.name), readFileSync(files.schemas));
    return envelope === undefined ? {} : { committed: envelope };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      unsaved: `the state could not be saved, so the next run loads the same data again: ${error.problem}`,
    };
  }
}

async function followUp(
  { context, entry, options, events, run }: LeasedRun,
  files: RunFiles,
  parts: RunPart[],
): Promise<{ readonly code: number; readonly error: string | null }> {
  if (options.skipFollowUps) return { code: ExitCode.ok, error: null };
  const error = await runFollowUps(entry, {
    run,
    outputs: files.outputs,
    secrets: context.secrets,
    stop: context.stop,
    events,
    parts,
  });
  if (error === null) return { code: ExitCode.ok, error };
  return context.stop.count > 0
    ? { code: ExitCode.interrupted, error: `${context.stop.reason}: ${error}` }
    : { code: ExitCode.followUpFailed, error };
}

function errorOf({ context }: LeasedRun, { code, error }: Replicated): string | null {
  return code === ExitCode.interrupted ? (context.stop.reason ?? error) : error;
}

async function close(
  { context, begun }: LeasedRun,
  { reports, parts }: { readonly reports: Reports; readonly parts: readonly RunPart[] },
  summary: RunSummary,
): Promise<RunSummary> {
  const seconds = Math.round(performance.now() - begun) / 1000;
  const ended = { ...summary, ended: new Date().toISOString(), seconds };
  const patience = context.stop.atOnce.aborted ? "short" : "full";
  const undelivered = await reports.ended(ended, parts, patience);
  const closed = { ...ended, warnings: [...ended.warnings, ...undelivered] };
  await writeSummary(context.store, closed);
  return closed;
}

function openingSummary(
  { entry, options, run }: LeasedRun,
  started: Date,
  state: StateEnvelope | JsonText | undefined,
): RunSummary {
  const inForce = (state instanceof JsonText ? bareState(state) : state?.state) ?? null;
  return {
    version: 1,
    pipeline: entry.name,
    run,
    mode: options.mode ?? entry.mode ?? "artifact",
    trigger: options.trigger ?? "manual",
    started: started.toISOString(),
    ended: null,
    seconds: null,
    status: "running",
    code: null,
    error: null,
    warnings: [],
    attempts: { extract: 0, load: 0 },
    streams: [],
    records: 0,
    bytes: 0,
    badLines: 0,
    tap: { name: entry.tap.connector.name, version: connectorVersion(entry.tap.connector) },
    target: {
      name: entry.target.connector.name,
      version: connectorVersion(entry.target.connector),
    },
    unselected: [],
    stateBefore: startsAfresh(options) ? null : options.state ? bareState(options.state) : inForce,
    stateAfter: inForce,
    stateCommitted: false,
    outputs: [],
    host: hostname(),
  };
}

function closingSummary(
  opening: RunSummary,
  replicated: Replicated,
  committed: StateEnvelope | undefined,
  end: { readonly code: number; readonly error: string | null },
  files: RunFiles,
): RunSummary {
  const streams = Object.entries(replicated.records).map(([stream, records]) => ({
    stream,
    records,
  }));
  return {
    ...opening,
    status:
      end.code === ExitCode.ok
        ? "succeeded"
        : end.code === ExitCode.interrupted
          ? "interrupted"
          : "failed",
    code: end.code,
    error: end.error,
    warnings: replicated.warnings,
    attempts: replicated.attempts,
    streams,
    records: streams.reduce((sum, { records }) => sum + records, 0),
    bytes: replicated.bytes,
    badLines: replicated.badLines,
    leftOut: replicated.leftOut,
    uncountedFiles: replicated.uncountedFiles,
    unselected: replicated.unselected,
    ...(replicated.slices && { slices: replicated.slices }),
    ...(replicated.slots && { slots: replicated.slots }),
    ...(replicated.schemaChanges.length > 0 && { schemaChanges: replicated.schemaChanges }),
    stateAfter: committed?.state ?? opening.stateAfter,
    stateCommitted: committed !== undefined,
    outputs: filesBelow(files.outputs),
  };
}
