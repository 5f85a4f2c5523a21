import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";

/** Who holds a lease: the content of a lease file. */
export interface LeaseRecord {
  /** User who started the run. */
  readonly owner: string;
  /** Name of the machine, for people. */
  readonly host: string;
  /** The machine's boot and process namespace: where two of them are equal, process ids mean the same. */
  readonly boot: string;
  /** The holder's process id. */
  readonly pid: number;
  /** When that process started, in the system's own unit, so that a reused process id is noticed; `""` where unknown. */
  readonly started: string;
  /** Id of the run. */
  readonly run: string;
  /** When the lease was taken, RFC 3339 in UTC. */
  readonly since: string;
  /** When it ends unless renewed, milliseconds since 1970 by the holder's clock; 0 once released. */
  readonly expires: number;
}

/** Says whether a process of this machine still runs; `started` as in the record. */
export type IsAlive = (pid: number, started: string) => boolean;

/** What this process writes about itself into a lease. */
export function self(): Pick<LeaseRecord, "owner" | "host" | "boot" | "pid" | "started"> {
  return {
    owner: userName(),
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    started: processStat(process.pid)?.started ?? "",
  };
}

/** Reads a lease file; undefined when it is not one, which makes the lease free. */
export function parseLease(body: Buffer): LeaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isLeaseRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a lease is held: neither released nor expired, and not by a process of this machine that is
 * gone. The clocks of machines that share a bucket have to agree to well within the lease's time.
 */
export function isHeld(record: LeaseRecord, now: number, isAlive: IsAlive): boolean {
  const here = record.host === hostname() && record.boot === bootId();
  return record.expires > now && (!here || isAlive(record.pid, record.started));
}

/** The default `IsAlive`: the process exists, is no zombie, and is the one that started then. */
export function isProcessAlive(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const stat = processStat(pid);
  return stat === undefined || (stat.state !== "Z" && stat.state !== "X" && (started === "" || stat.started === started));
}

/** State and start time from `/proc/<pid>/stat` (proc(5), fields 3 and 22); undefined where there is no /proc. */
function processStat(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 2, the command in parentheses, may itself hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

/** Containers of one machine share its boot id but not its process ids, hence the namespace. */
function bootId(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown user";
  }
}

function isLeaseRecord(value: unknown): value is LeaseRecord {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const texts = ["owner", "host", "boot", "started", "run", "since"];
  return texts.every((name) => typeof fields.get(name) === "string") && ["pid", "expires"].every((name) => Number.isFinite(fields.get(name)));
}
