import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { signalProcess } from "../common/processes";
import { BoundedText } from "./bounded-text";
import { withoutCredentials } from "./environments/pip-settings";

/** A program to run, with what it prints kept in a file. */
export interface LoggedCall {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Folder it runs in. */
  readonly cwd: string;
  /** All its variables. */
  readonly env: NodeJS.ProcessEnv;
  /** File that the command and its output are added to, without the credentials in addresses. */
  readonly log: string;
  /** Told each line as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the program. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended. */
export interface LoggedResult {
  /** Exit code; null where a signal ended it or it did not start. */
  readonly code: number | null;
  /** What it printed on both outputs: its beginning and its end where it is long. */
  readonly output: string;
}

/** Characters that are kept of the beginning of an output, and as many of its end. */
const KEPT = 1 << 20;

/** What was started has this time to end after SIGTERM. */
const GRACE_MS = 3000;

/** Processes that the program left behind may hold its outputs open: they are read for this long after its end. */
const LEFTOVER_MS = 2000;

/** Runs a program to its end. One that cannot be started has no exit code, and the reason as its output. */
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
  // In a group of its own, so that what it starts itself ends with it: builds of packages are processes of their own.
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
