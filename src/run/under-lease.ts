import { problemOf } from "../common/errors";
import { JsonText } from "../common/json";
import { identityOf } from "../model/identity";
import { requireSeconds } from "../model/units";
import { writeSummary } from "../store/runs/runs";
import type { RunSummary } from "../store/runs/run-summary";
import { readState, type StateEnvelope } from "../store/state/state";
import { noneIfUnreadable } from "../store/state/state-envelope";
import { commit } from "./commit";
import { layOutRun, type RunFiles } from "./files";
import { runFollowUps } from "./follow-ups";
import { type LeasedRun, startsAfresh } from "./leased-run";
import { watchLimits } from "./limits";
import { liveSummary } from "./live-summary";
import { replicateByArtifact, replicateByStream, type Replicated } from "./replicate";
import { endedPart, type Reports, type RunPart, startReports } from "./reports";
import { closingSummary, openingSummary } from "./run-summaries";
import { ExitCode, type RunnerEvent } from "./runner";

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
    store: context.store.url,
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
