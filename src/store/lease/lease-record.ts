import { hostname, userInfo } from "node:os";
import { bootId, processStart } from "../../common/processes";

/** Who holds a lease: the content of a lease file. */
export interface LeaseRecord {
  /** User who started the run. */
  readonly owner: string;
  /** Name of the machine, for messages. */
  readonly host: string;
  /** Boot and process namespace of the machine: process ids are comparable if these are equal. */
  readonly boot: string;
  /** The holder's process id. */
  readonly pid: number;
  /**
   * Start time of that process in the unit of the system, which reveals a reused process id; `""`
   * if unknown.
   */
  readonly started: string;
  /** Id of the run. */
  readonly run: string;
  /** When the lease was taken, RFC 3339 in UTC. */
  readonly since: string;
  /** Expiry in milliseconds since 1970 by the holder's clock; 0 after a release. */
  readonly expires: number;
  /**
   * Expiry in milliseconds since the machine started, for processes of the same boot; missing in
   * records of older versions.
   */
  readonly expiresUptime?: number;
}

/** Clocks for leases. */
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

/** Whether a process of this machine is still running; `started` as in the record. */
export type IsAlive = (pid: number, started: string) => boolean;

/** This process in a lease record. */
export function self(): Pick<LeaseRecord, "owner" | "host" | "boot" | "pid" | "started"> {
  return {
    owner: userName(),
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    started: processStart(process.pid),
  };
}

/** Parses a lease file; undefined if it is invalid, which makes the lease free. */
export function parseLease(body: Buffer): LeaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isLeaseRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a lease is held: neither released nor expired, and its process, if on this machine,
 * exists. Clocks of machines that share a bucket must agree to well within the lease's duration;
 * the clock of a single machine may be changed at any time.
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
