import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { signalProcess } from "../common/processes";
import { BoundedText } from "./bounded-text";
import { withoutCredentials } from "./environments/pip-settings";

/** A program to run, with its output in a log file. */
export interface LoggedCall {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Working directory. */
  readonly cwd: string;
  /** Complete environment. */
  readonly env: NodeJS.ProcessEnv;
  /** File to which the command and its output are appended, without the credentials in URLs. */
  readonly log: string;
  /** Called with each line of output. */
  readonly onLine?: (line: string) => void;
  /** Stops the program. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of a program. */
export interface LoggedResult {
  /** Exit code; null if a signal ended it or it did not start. */
  readonly code: number | null;
  /** Output on stdout and stderr; only the start and the end if it is long. */
  readonly output: string;
}

/** Characters of an output that are kept, at its start and at its end. */
const KEPT = 1 << 20;

/** Time that processes have to end after SIGTERM. */
const GRACE_MS = 3000;

/**
 * Processes that the program left behind may keep its outputs open: they are read for this long
 * after it ends.
 */
const LEFTOVER_MS = 2000;

/** Runs a program. If it cannot be started, there is no exit code, and the output is the reason. */
export async function runLogged({
  command: [program, ...args],
  cwd,
  env,
  log,
  onLine,
  signal,
}: LoggedCall): Promise<LoggedResult> {
  const output = new BoundedText(KEPT);
  const write = (line: string) => appendFileSync(log, `${line}\n`);
  const keep = (text: string) => {
    const line = withoutCredentials(text.length > KEPT ? `${text.slice(0, KEPT)} ...` : text);
    if (output.add(line)) write(line);
    onLine?.(line);
  };
  write(`$ ${[program, ...args].join(" ")}`);
  signal?.throwIfAborted();
  // In its own process group, so that its child processes, such as package builds, end with it.
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const killGroup = (number: NodeJS.Signals) =>
    child.pid !== undefined && signalProcess(-child.pid, number);
  let force: NodeJS.Timeout | undefined;
  const abort = () => {
    killGroup("SIGTERM");
    force = setTimeout(killGroup, GRACE_MS, "SIGKILL");
  };
  signal?.addEventListener("abort", abort);
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", keep);
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      keep(error.message);
      resolve(null);
    });
    child.on("exit", (exit) => setTimeout(resolve, LEFTOVER_MS, exit).unref());
    child.on("close", resolve);
  });
  signal?.removeEventListener("abort", abort);
  clearTimeout(force);
  killGroup("SIGKILL");
  output.rest().forEach(write);
  signal?.throwIfAborted();
  return { code, output: output.text() };
}
