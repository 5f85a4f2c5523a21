import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../common/errors";
import { packageFile } from "../common/package";
import { bytecodeFlags } from "./bytecode";
import type { Request } from "../model/request/schema";
import type { ReplicationSlot, RunSlice, SchemaChange } from "../store/runs/run-summary";

/** Exit codes of the runner and of a run: see `images/singer/runner/codes.py`. */
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

/** An event that the runner prints. */
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

/** Content of the runner's result file; fields that do not apply to a command are absent. */
export interface RunnerResult {
  readonly status: string;
  readonly code: number;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly bytes?: number;
  readonly lines?: number;
  readonly records?: { readonly [stream: string]: number };
  /** Records of earlier attempts, by stream. */
  readonly earlierRecords?: { readonly [stream: string]: number };
  /** Whether the target consumed all of its input. */
  readonly taken?: boolean;
  readonly badLines?: number;
  readonly unselected?: readonly string[];
  readonly recoveredLines?: number;
  readonly batchFiles?: number;
  /** What was skipped or changed on the way to the target, one phrase each. */
  readonly leftOut?: readonly string[];
  readonly leftOutCount?: number;
  /** Files of BATCH messages whose rows are not counted. */
  readonly uncountedFiles?: number;
  /** Number of records covered by the new state. */
  readonly progress?: number;
  readonly complete?: boolean;
  readonly seconds?: { readonly [phase: string]: number };
  /** The slices of a parallel run. */
  readonly slices?: readonly RunSlice[];
  /** How schemas differ from those of the last successful run. */
  readonly schemaChanges?: readonly SchemaChange[];
  /** Replication slots of the tap. */
  readonly slots?: readonly ReplicationSlot[];
}

/** A request of a command that writes a result. */
export type RunRequest = Extract<Request, { readonly command: "extract" | "load" | "stream" }>;

/** A call of the runner. */
export interface RunnerCall {
  /** Python that runs the runner. */
  readonly python: string;
  /** Request; `result`, `progress` and `parentProcess` are added. */
  readonly request: RunRequest;
  /** Folder for the result, in a file of this call only, and for the catalog of a tap. */
  readonly folder: string;
  /** Folder that relative paths in connector settings refer to. */
  readonly cwd: string;
  /** Called for progress and log lines. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** Called once with the running process, for signals. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The program of the runner. Python starts a file 3 ms faster than a folder. */
export const RUNNER = packageFile("images", "singer", "runner", "__main__.py");

/**
 * Arguments of a Python with a request. Linux limits an argument to 128 KiB; requests are much
 * smaller.
 */
export function runnerArguments(python: string, request: Request): readonly string[] {
  return ["-I", "-S", ...bytecodeFlags(python, dirname(RUNNER)), RUNNER, JSON.stringify(request)];
}

/**
 * Time to read the remaining output after the runner has ended. A process that it left behind may
 * keep the output open.
 */
const LEFTOVER_MS = 2000;

/**
 * Runs the runner to its end and returns its result.
 *
 * The runner has its own process group, so that Ctrl-C in a terminal only reaches `tapctl`, which
 * forwards it. It ends with `tapctl`, even if that is killed, so that no connector is left for the
 * next run.
 */
export async function callRunner(call: RunnerCall): Promise<RunnerResult> {
  // Unique to this call, so that the result of an earlier step is never read instead.
  const resultFile = join(call.folder, `result-${randomBytes(8).toString("hex")}.json`);
  const request: RunRequest = {
    ...call.request,
    result: resultFile,
    progress: "json",
    parentProcess: process.pid,
  };
  const child = spawn(call.python, runnerArguments(call.python, request), {
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
      reject(
        new UserError(`${python} does not start: ${error.message}`, {
          fix: "Check that the file exists and that you may execute it.",
          exitCode: ExitCode.internal,
        }),
      ),
    );
    child.on("exit", (code, signal) => setTimeout(resolve, LEFTOVER_MS, { code, signal }).unref());
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** The result is only used if the runner ended by itself with the exit code in the result. */
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
