import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../errors";

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
  | { readonly event: "phase"; readonly phase: "discover" | "extract" | "scan" | "load" | "stream"; readonly state: "start" | "end" }
  | { readonly event: "progress"; readonly phase: "extract" | "load" | "stream"; readonly bytes: number; readonly records?: number; readonly total?: number }
  | { readonly event: "log"; readonly line: string };

/** What the runner leaves behind: its `--result` file; fields that make no sense for a subcommand are absent. */
export interface RunnerResult {
  readonly status: string;
  readonly code: number;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly bytes?: number;
  readonly lines?: number;
  readonly records?: { readonly [stream: string]: number };
  readonly badLines?: number;
  readonly complete?: boolean;
  readonly seconds?: { readonly [phase: string]: number };
}

/** How one call of the runner is made. */
export interface RunnerCall {
  /** Python that runs it. */
  readonly python: string;
  /** Subcommand and flags, without `--result` and `--progress`. */
  readonly args: readonly string[];
  /** Where the runner writes its result. */
  readonly resultFile: string;
  /** Folder that relative settings of connectors count from. */
  readonly cwd: string;
  /** Told of progress and log lines as they come. */
  readonly onEvent: (event: RunnerEvent) => void;
  /** Given the running process, for signals; called once. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Folder of the runner's package. */
export const RUNNER = join(__dirname, "..", "images", "singer", "runner");

/**
 * Runs the runner to its end and returns its result.
 *
 * The runner gets a process group of its own, so that a terminal's Ctrl-C reaches `tapctl` alone, which passes it on.
 * It ends with `tapctl`, also where that is killed, so that the next run never meets a connector of this one.
 */
export async function callRunner(call: RunnerCall): Promise<RunnerResult> {
  const child = spawn(call.python, ["-I", "-S", RUNNER, ...call.args, "--result", call.resultFile, "--progress", "json", "--die-with-parent"], {
    cwd: call.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.onStart?.(child);
  createInterface({ input: child.stdout }).on("line", (line) => call.onEvent(JSON.parse(line) as RunnerEvent));
  let lastLine = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLine = line;
    call.onEvent({ event: "log", line });
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new UserError(`${call.python} does not start: ${error.message}`, ExitCode.internal)));
    child.on("close", resolve);
  });
  if (existsSync(call.resultFile)) return JSON.parse(readFileSync(call.resultFile, "utf8")) as RunnerResult;
  return { status: "failed", code: code ?? ExitCode.internal, error: lastLine || "the runner was killed", warnings: [] };
}
