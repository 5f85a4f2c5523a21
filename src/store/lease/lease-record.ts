import { hostname, userInfo } from "node:os";
import { bootId, processStart } from "../../common/processes";

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
  /** The same in milliseconds since the machine started, for processes of this start of it; older versions leave it out. */
  readonly expiresUptime?: number;
}

/** What a lease is timed by. */
export interface Clock {
  /** Milliseconds since 1970; the clock may be changed. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock that all processes of the machine share. */
  readonly uptime: () => number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: Date.now,
  uptime: () => Number(process.hrtime.bigint() / 1_000_000n),
};

/** Says whether a process of this machine still runs; `started` as in the record. */
export type IsAlive = (pid: number, started: string) => boolean;

/** What this process writes about itself into a lease. */
export function self(): Pick<LeaseRecord, "owner" | "host" | "boot" | "pid" | "started"> {
  return {
    owner: userName(),
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    started: processStart(process.pid),
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
 * gone. The clocks of machines that share a bucket have to agree to well within the lease's time; on one
 * machine the clock may be set at any time.
 */
export function isHeld(record: LeaseRecord, clock: Clock, isAlive: IsAlive): boolean {
  if (record.expires === 0) return false;
  const here = record.host === hostname() && record.boot === bootId();
  if (!here) return record.expires > clock.now();
  // If the boot of the machine is unknown, the uptime may be that of an earlier boot.
  const uptime = record.boot === hostname() ? undefined : record.expiresUptime;
  return (
    isAlive(record.pid, record.started) &&
    (uptime === undefined ? record.expires > clock.now() : uptime > clock.uptime())
  );
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
  return (
    texts.every((name) => typeof fields.get(name) === "string") &&
    ["pid", "expires"].every((name) => Number.isFinite(fields.get(name)))
  );
}
