import { rmSync } from "node:fs";
import { attempt } from "./attempts";
import { writeEarlier, NO_ATTEMPTS, withAttempt, type EarlierAttempts } from "./earlier-attempts";
import { extractRequest, loadRequest, streamRequest, type RequestArgs } from "./requests";
import { callRunner, ExitCode, type RunnerResult, type RunRequest } from "./runner";
import type { RunEvents } from "./events";
import type { SchemaChange } from "../store/runs/run-summary";
import type { Stop } from "./stop";

/** Input of a replication in addition to its definition. */
export interface ReplicateArgs extends RequestArgs {
  /** Python that runs the runner. */
  readonly python: string;
  /** Folder that relative paths in connector settings refer to. */
  readonly cwd: string;
  readonly stop: Stop;
  readonly events: RunEvents;
}

/**
 * A runner that does not end within this time after an immediate stop is killed, and its connectors
 * with it.
 */
const FORCE_MS = 5000;

/** Result of a step that was stopped before it started. */
const NOT_BEGUN: RunnerResult = {
  status: "interrupted",
  code: ExitCode.interrupted,
  error: null,
  warnings: [],
};

/** Result of a replication before the commit. */
export interface Replicated {
  /** 0, or the exit code of the failure. */
  readonly code: number;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly attempts: { readonly extract: number; readonly load: number };
  readonly records: { readonly [stream: string]: number };
  readonly bytes: number;
  readonly badLines: number;
  /** Streams that the run did not replicate and whose bookmarks are kept. */
  readonly unselected: readonly string[];
  readonly leftOut: readonly string[];
  readonly uncountedFiles: number;
  readonly slices?: RunnerResult["slices"];
  readonly schemaChanges: readonly SchemaChange[];
  readonly slots?: RunnerResult["slots"];
}

/** Extracts into the object store, then loads from there. */
export async function replicateByArtifact(args: ReplicateArgs): Promise<Replicated> {
  const extracted = await attempt(
    args.entry.retries,
    args.stop,
    (number) => extract(args, number - 1),
    isTapFailure,
    onRetry(args, "extract"),
  );
  const tap = extracted.result;
  await args.files.keepExtract();
  const attempts = { extract: extracted.attempts, load: 0 };
  // A tap that ended just when a stop was requested may have been stopped too, for example by a
  // shutdown of the machine.
  const partial =
    tap.code === ExitCode.tapFailed ||
    tap.code === ExitCode.interrupted ||
    (tap.code === ExitCode.ok && args.stop.count > 0);
  if (
    (tap.code !== ExitCode.ok && !partial) ||
    args.stop.count > 1 ||
    (partial && (tap.bytes ?? 0) === 0)
  )
    return summed(args, tap, undefined, attempts);
  const loaded = await attempt(
    args.entry.retries,
    args.stop,
    () => load(args, partial),
    isTargetFailure,
    onRetry(args, "load"),
  );
  return summed(args, tap, loaded.result, { ...attempts, load: loaded.attempts });
}

/** Runs tap and target together. If either fails, both are retried from the last saved progress. */
export async function replicateByStream(args: ReplicateArgs): Promise<Replicated> {
  const retryable = (result: RunnerResult) =>
    isTapFailure(result) || isTargetFailure(result) || result.code === ExitCode.bothFailed;
  let earlier = NO_ATTEMPTS;
  const next = async (number: number) => {
    const result = await stream(args, number - 1, earlier);
    earlier = withAttempt(earlier, result);
    return result;
  };
  const streamed = await attempt(
    args.entry.retries,
    args.stop,
    next,
    retryable,
    onRetry(args, "stream"),
  );
  await args.files.keepExtract();
  return summed(args, { ...earlier.result, ...streamed.result }, undefined, {
    extract: streamed.attempts,
    load: streamed.attempts,
  });
}

function extract(args: ReplicateArgs, number: number): Promise<RunnerResult> {
  if (args.stop.count > 0) return Promise.resolve(NOT_BEGUN);
  return call(args, extractRequest(args, number));
}

function load(args: ReplicateArgs, partial: boolean): Promise<RunnerResult> {
  rmSync(args.files.candidate, { force: true });
  if (args.stop.count > 1) return Promise.resolve(NOT_BEGUN);
  return call(args, loadRequest(args, partial));
}

function stream(
  args: ReplicateArgs,
  number: number,
  earlier: EarlierAttempts,
): Promise<RunnerResult> {
  if (args.stop.count > 0) return Promise.resolve(NOT_BEGUN);
  return call(args, streamRequest(args, number, writeEarlier(earlier, args.files.results)));
}

/** Calls the runner and forwards each stop request to it. */
function call(args: ReplicateArgs, request: RunRequest): Promise<RunnerResult> {
  let remove = () => {};
  let force: NodeJS.Timeout | undefined;
  const result = callRunner({
    python: args.python,
    request,
    folder: args.files.results,
    cwd: args.cwd,
    onEvent: (event) => {
      args.events.runner(event);
      // A rotated token must survive a kill. If it cannot be stored now, the end of the extract
      // tries again and reports it.
      if (event.event === "progress") args.files.keepOverlay().catch(() => undefined);
    },
    onStart: (child) => {
      remove = args.stop.onRequest(() => {
        child.kill("SIGINT");
        if (args.stop.count < 2) return;
        // Two equal signals in quick succession may be merged into one, and this call may have
        // missed the first.
        child.kill("SIGTERM");
        force ??= setTimeout(() => child.kill("SIGKILL"), FORCE_MS);
      });
    },
  });
  return result.finally(() => {
    clearTimeout(force);
    remove();
  });
}

function isTapFailure(result: RunnerResult): boolean {
  return result.code === ExitCode.tapFailed;
}

function isTargetFailure(result: RunnerResult): boolean {
  return result.code === ExitCode.targetFailed;
}

function onRetry({ events }: ReplicateArgs, step: "extract" | "load" | "stream") {
  return (result: RunnerResult, attempts: number, seconds: number) =>
    events.retry(step, attempts, result.error ?? "failed", seconds);
}

function summed(
  { stop }: ReplicateArgs,
  first: RunnerResult,
  second: RunnerResult | undefined,
  attempts: Replicated["attempts"],
): Replicated {
  const results = second ? [first, second] : [first];
  const counted = second ?? first;
  return {
    code:
      stop.count > 0 ? ExitCode.interrupted : combinedCode(first.code, second?.code ?? ExitCode.ok),
    error:
      results
        .map((result) => result.error)
        .filter((error) => error !== null)
        .join("; ") || null,
    warnings: results.flatMap((result) => result.warnings),
    attempts,
    records: counted.records ?? {},
    bytes: counted.bytes ?? first.bytes ?? 0,
    badLines: counted.badLines ?? 0,
    unselected: counted.unselected ?? [],
    leftOut: results.flatMap(({ leftOut = [] }) => leftOut),
    uncountedFiles: counted.uncountedFiles ?? 0,
    ...(counted.slices && { slices: counted.slices }),
    schemaChanges: counted.schemaChanges ?? [],
    ...(first.slots && { slots: first.slots }),
  };
}

function combinedCode(first: number, second: number): number {
  if (first === ExitCode.tapFailed && second === ExitCode.targetFailed) return ExitCode.bothFailed;
  return first === ExitCode.ok ? second : first;
}
