import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const TAPCTL = join(__dirname, "..", "..", "dist", "src", "bin", "tapctl.js");

/** `tapctl ui` in a process of its own. */
export interface ConsoleProcess {
  readonly child: ChildProcess;
  /** The address that it prints, with its token. */
  readonly url: string;
  /** Stops it and waits for its end. */
  readonly stop: () => Promise<void>;
}

/** Options of {@link startConsole}. */
export interface StartConsoleOptions {
  /** Arguments of Node. Default: none. */
  readonly node?: readonly string[];
  /** Whether the process can send messages. Default: no. */
  readonly messages?: boolean;
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the console of a project; it is ready when it prints its address. */
export async function startConsole(
  root: string,
  { node = [], messages = false, env = process.env }: StartConsoleOptions = {},
): Promise<ConsoleProcess> {
  const child = spawn(process.execPath, [...node, TAPCTL, "ui", "--no-browser"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit", ...(messages ? (["ipc"] as const) : [])],
  });
  const stop = async () => {
    const ended = once(child, "close");
    if (child.kill()) await ended;
  };
  const { stdout } = child;
  if (stdout === null) throw new Error("the console has no output");
  for await (const line of createInterface({ input: stdout })) {
    const url = /^Console: (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    stdout.resume();
    return { child, url, stop };
  }
  throw new Error("the console ended without an address");
}
