import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootId, isProcessAlive, processStart } from "../common/processes";

/** Options for waiting on a lock. */
export interface LockOptions {
  /** Called once with the id of the process that holds the lock. */
  readonly onWait?: (pid: number) => void;
  /** Aborts the wait with an `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a function under a lock between processes of this machine.
 *
 * Each process creates a file named after itself in the folder, and holds the lock if no other live
 * process has a file there; if two meet, both back off. The second one always sees the first, so
 * two never hold the lock. Files of dead processes are removed by the process that finds them,
 * which is safe because names are never reused.
 *
 * @param directory folder of the lock, created if it does not exist.
 */
export async function withLock<T>(
  directory: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const claim = await acquire(directory, options);
  try {
    return await work();
  } finally {
    rmSync(claim, { force: true });
  }
}

async function acquire(directory: string, { onWait, signal }: LockOptions): Promise<string> {
  for (let isReported = false; ;) {
    const holder = otherHolder(directory) ?? tryClaim(directory);
    if (typeof holder === "string") return holder;
    if (!isReported) onWait?.(holder);
    isReported = true;
    await sleep(50 + Math.random() * 100, undefined, signal ? { signal } : {});
  }
}

/** Returns the file of the claim, or the process that holds the lock. */
function tryClaim(directory: string): string | number {
  const name = [
    process.pid,
    processStart(process.pid),
    bootOf(),
    randomBytes(4).toString("hex"),
  ].join(".");
  const claim = join(directory, name);
  writeFileSync(claim, "", { flag: "wx" });
  const rival = otherHolder(directory, name);
  if (rival === undefined) return claim;
  rmSync(claim, { force: true });
  return rival;
}

function otherHolder(directory: string, own?: string): number | undefined {
  for (const name of readdirSync(directory)) {
    if (name === own) continue;
    const [pid = "", start = "", boot = ""] = name.split(".");
    if (boot === bootOf() && isProcessAlive(Number(pid), start)) return Number(pid);
    rmSync(join(directory, name), { force: true });
  }
  return undefined;
}

/**
 * {@link bootId} in characters that are valid in a file name, without the dot that separates its
 * parts.
 */
function bootOf(): string {
  return bootId().replace(/[^\w-]/g, "-");
}
