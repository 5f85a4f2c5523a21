import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../common/errors";
import { packageFile } from "../common/package";
import type { Request } from "../model/request/schema";
import type { RunSlice } from "../store/runs/runs";

/** Exit codes of the runner, which are those of a run: see `images/singer/runner/codes.py`. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  usage: 2,
  leaseHeld: 3,
  tapFailed: 10,
  targetFailed: 11,
  bothFailed: 12,
  interrupted: 13,
  badStream: 14,
  empty: 15,
  expectation: 16,
  stateRefused: 17,
  followUpFailed: 18,
} as const;

/** What the runner says while it works. */
export type RunnerEvent =
  | {
      readonly event: "phase";
      readonly phase: "discover" | "extract" | "scan" | "load" | "stream";
      readonly state: "start" | "end";
    }
  | {
      readonly event: "progress";
      readonly phase: "extract" | "load" | "stream";
      readonly bytes: number;
      readonly records?: number;
      readonly total?: number;
      readonly silent?: number;
    }
  | { readonly event: "log"; readonly line: string };

/** What the runner leaves behind in its result file; fields that make no sense for a command are absent. */
export interface RunnerResult {
  readonly status: string;
  readonly code: number;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly bytes?: number;
  readonly lines?: number;
  readonly records?: { readonly [stream: string]: number };
  /** Records of the attempts before this one, by stream. */
  readonly earlierRecords?: { readonly [stream: string]: number };
  /** The target took all that it was given. */
  readonly taken?: boolean;
  readonly badLines?: number;
  readonly unselected?: readonly string[];
  readonly recoveredLines?: number;
  readonly batchFiles?: number;
  /** What did not reach the target, or not as it came, a phrase each. */
  readonly leftOut?: readonly string[];
  readonly leftOutCount?: number;
  /** Files of BATCH messages whose rows are not counted. */
  readonly uncountedFiles?: number;
  /** Records whose progress the candidate holds. */
  readonly progress?: number;
  readonly complete?: boolean;
  readonly seconds?: { readonly [phase: string]: number };
  /** The slices of a parallel run. */
  readonly slices?: readonly RunSlice[];
}

/** A request of a command that leaves a result. */
export type RunRequest = Extract<Request, { readonly command: "extract" | "load" | "stream" }>;

/** How one call of the runner is made. */
export interface RunnerCall {
  /** Python that runs it. */
  readonly python: string;
  /** What it is asked to do; `result`, `progress` and `parentProcess` are added. */
  readonly request: RunRequest;
  /** Folder that gets the result, in a file of this call alone; the catalog of a tap is left beside it. */
  readonly folder: string;
  /** Folder that relative settings of connectors count from. */
  readonly cwd: string;
  /** Told of progress and log lines as they come. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** Given the running process, for signals; called once. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Folder of the runner's package. */
export const RUNNER = packageFile("images", "singer", "runner");

/** Arguments of Python that give the runner a request: of the one argument that Linux limits to 128 KiB, a request needs a few. */
export function runnerArguments(request: Request): readonly string[] {
  return ["-I", "-S", RUNNER, JSON.stringify(request)];
}

/** What is left on the runner's outputs when it has ended is read for this long: a process that it left behind may hold them open. */
const LEFTOVER_MS = 2000;

/**
 * Runs the runner to its end and returns its result.
 *
 * The runner gets a process group of its own, so that a terminal's Ctrl-C reaches `tapctl` alone, which passes it on.
 * It ends with `tapctl`, also where that is killed, so that the next run never meets a connector of this one.
 */
export async function callRunner(call: RunnerCall): Promise<RunnerResult> {
  // A name that no other call has: a result that was left by an earlier step would be read as that of this one.
  const resultFile = join(call.folder, `result-${randomBytes(8).toString("hex")}.json`);
  const request: RunRequest = {
    ...call.request,
    result: resultFile,
    progress: "json",
    parentProcess: process.pid,
  };
  const child = spawn(call.python, runnerArguments(request), {
    cwd: call.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.onStart?.(child);
  createInterface({ input: child.stdout }).on("line", (line) =>
    call.onEvent(JSON.parse(line) as RunnerEvent),
  );
  let lastLine = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLine = line;
    call.onEvent({ event: "log", line });
  });
  const end = await endOf(child, call.python);
  return judge(end, resultFile, lastLine);
}

interface RunnerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function endOf(child: ChildProcess, python: string): Promise<RunnerEnd> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new UserError(`${python} does not start: ${error.message}`, ExitCode.internal)),
    );
    child.on("exit", (code, signal) => setTimeout(resolve, LEFTOVER_MS, { code, signal }).unref());
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** The result counts only if the runner ended by itself, and as the result says. */
function judge({ code, signal }: RunnerEnd, resultFile: string, lastLine: string): RunnerResult {
  if (signal === "SIGKILL")
    return failed(ExitCode.internal, "the runner was killed by SIGKILL, possibly out of memory");
  if (signal !== null) return failed(ExitCode.internal, `the runner was killed by ${signal}`);
  if (!existsSync(resultFile))
    return failed(
      code || ExitCode.internal,
      lastLine || `the runner exited with ${code} and left no result`,
    );
  const result = JSON.parse(readFileSync(resultFile, "utf8")) as RunnerResult;
  return result.code === code
    ? result
    : failed(
        code || ExitCode.internal,
        `the runner exited with ${code}, but its result says ${result.code}`,
      );
}

function failed(code: number, error: string): RunnerResult {
  return {
    status: code === ExitCode.interrupted ? "interrupted" : "failed",
    code,
    error,
    warnings: [],
  };
}
