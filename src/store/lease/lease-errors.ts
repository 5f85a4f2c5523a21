import { hostname } from "node:os";
import { UserError } from "../../common/errors";
import { LeaseRecord } from "./lease-record";

/** Exit code of a command that did not run because another run holds the lease or took it over. */
export const HELD_EXIT_CODE = 3;

/** Another run holds the lease of the pipeline. The message names it and how long it is valid. */
export class LeaseHeld extends UserError {
  /** The holder; undefined if it changed faster than it could be read. */
  readonly holder: LeaseRecord | undefined;

  /** @param name the pipeline. */
  constructor(name: string, holder: LeaseRecord | undefined) {
    super(holder === undefined ? `Another run of "${name}" is starting.` : held(name, holder), {
      fix: holder === undefined ? "Try again." : waitFor(holder),
      exitCode: HELD_EXIT_CODE,
    });
    this.name = "LeaseHeld";
    this.holder = holder;
  }
}

/** This run no longer holds the lease and must not save its state. */
export class LeaseLost extends UserError {
  /** @param name the pipeline. @param why what was found, e.g. `run 2026... on host db1 took it over`. */
  constructor(name: string, why: string) {
    super(
      `This run no longer holds the lease of "${name}": ${why}. Its state is not saved.`,
      HELD_EXIT_CODE,
    );
    this.name = "LeaseLost";
  }
}

function held(name: string, { run, owner, host, pid, since, expires }: LeaseRecord): string {
  const until = new Date(expires).toISOString();
  return `"${name}" is held by run ${run} of ${owner} on host ${host} (pid ${pid}, since ${since}, renewed until ${until}).`;
}

function waitFor({ host, pid, expires }: LeaseRecord): string {
  return host === hostname()
    ? `Wait for it to end, or stop it with: kill ${pid}`
    : `Wait for it to end, or stop it there. If that machine no longer exists, the lease expires at ${new Date(expires).toISOString()}.`;
}
