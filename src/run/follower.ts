import { spawn, type ChildProcess } from "node:child_process";
import type { Request } from "../model/request/schema";
import { runnerArguments } from "./runner";

/** A process of the runner that waits for the end of a run and then reports it. */
export interface Follower {
  /**
   * Passes the end on, as a line of JSON, and waits for the process.
   *
   * @returns what it printed; empty if it reported everything.
   */
  ended(end: object, patience: Patience): Promise<readonly string[]>;
}

/** How long a run waits for a report. */
export interface Patience {
  /** What is sent, for the message that there was no response. */
  readonly name: string;
  readonly ms: number;
  /** Whether a process that takes longer is killed, or left to finish after the run. */
  readonly late: "kill" | "leave";
}

/** Starts a {@link Follower}. */
export function startFollower(python: string, request: Request): Follower {
  const child = spawn(python, runnerArguments(python, request), {
    // Of its own group, because it has to report a run that Ctrl-C stops.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  // It must not keep a command from ending that fails before the run does.
  for (const one of [child, child.stdin, child.stderr]) (one as { unref(): void }).unref();
  const problems: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => problems.push(text));
  child.stdin.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      problems.push(error.message);
      resolve();
    });
    child.on("close", () => resolve());
  });
  return {
    ended: async (end, { name, ms, late }) => {
      child.stdin.end(`${JSON.stringify(end)}\n`);
      const isInTime = await endsWithin(closed, ms);
      if (!isInTime && late === "kill") {
        child.kill("SIGKILL");
        problems.push(`${name}: no response`);
      }
      if (!isInTime) release(child);
      return problems
        .join("")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [line.replace(/^runner \| /, "")]));
    },
  };
}

/** Lets this process end before the child, whose later output is not read. */
function release(child: ChildProcess): void {
  child.stderr?.removeAllListeners("data").resume();
}

async function endsWithin(end: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const inTime = await Promise.race([end.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
