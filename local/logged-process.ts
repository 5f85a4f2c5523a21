import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { withoutCredentials } from "./pip-settings";

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
  /** What it printed on both outputs. */
  readonly output: string;
}

/** Runs a program to its end. One that cannot be started has no exit code, and the reason as its output. */
export async function runLogged({ command: [program, ...args], cwd, env, log, onLine, signal }: LoggedCall): Promise<LoggedResult> {
  const lines: string[] = [];
  const keep = (text: string) => {
    const line = withoutCredentials(text);
    lines.push(line);
    appendFileSync(log, `${line}\n`);
    onLine?.(line);
  };
  appendFileSync(log, `$ ${[program, ...args].join(" ")}\n`);
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", keep);
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      keep(error.message);
      resolve(null);
    });
    child.on("close", resolve);
  });
  signal?.throwIfAborted();
  return { code, output: lines.join("\n") };
}
