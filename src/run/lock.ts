import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootId, isProcessAlive, processStart } from "../common/processes";

/** How a lock is waited for. */
export interface LockOptions {
  /** Told once when another process of this machine holds the lock, with its number. */
  readonly onWait?: (pid: number) => void;
  /** Ends the wait with an `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does something while no other process of this machine does anything under the same lock.
 *
 * Each process puts a file named after itself into the folder, and has the lock when no other live process has a file
 * there; both draw back where two meet. Whoever came second sees the first, so two never have it. Files of dead
 * processes are removed by whoever sees them: names never come twice, so that is safe.
 *
 * @param directory the lock: a folder, made where it is missing.
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
  for (let told = false; ;) {
    const holder = otherHolder(directory) ?? tryClaim(directory);
    if (typeof holder === "string") return holder;
    if (!told) onWait?.(holder);
    told = true;
    await sleep(50 + Math.random() * 100, undefined, signal ? { signal } : {});
  }
}

/** The claim's file, or the process that was there as well. */
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

/** {@link bootId} in letters that the name of a file can hold, without the point that separates its parts. */
function bootOf(): string {
  return bootId().replace(/[^\w-]/g, "-");
}
