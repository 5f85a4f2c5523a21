import { hostname } from "node:os";
import { UserError } from "../../common/errors";
import { LeaseRecord } from "./lease-record";

/** Exit code of a command that did not run because another run holds the pipeline, or took it over. */
export const HELD_EXIT_CODE = 3;

/** Another run holds the pipeline. The message says who, since when, until when, and what to do. */
export class LeaseHeld extends UserError {
  /** Who holds it; undefined when others took and left it faster than it could be read. */
  readonly holder: LeaseRecord | undefined;

  /** @param name the pipeline. */
  constructor(name: string, holder: LeaseRecord | undefined) {
    super(
      holder === undefined
        ? `another run of "${name}" is starting: try again`
        : heldMessage(name, holder),
      HELD_EXIT_CODE,
    );
    this.name = "LeaseHeld";
    this.holder = holder;
  }
}

/** This run no longer holds the pipeline and must not save its state. */
export class LeaseLost extends UserError {
  /** @param name the pipeline. @param why what was found, e.g. `run 2026... on host db1 took it over`. */
  constructor(name: string, why: string) {
    super(`this run no longer holds "${name}": ${why}; its state is not saved`, HELD_EXIT_CODE);
    this.name = "LeaseLost";
  }
}

function heldMessage(name: string, holder: LeaseRecord): string {
  const until = new Date(holder.expires).toISOString();
  const advice =
    holder.host === hostname()
      ? `wait for it to end or stop it (kill ${holder.pid})`
      : `wait for it to end or stop it there; if that machine is gone, it is free at ${until}`;
  return (
    `"${name}" is held by run ${holder.run} of ${holder.owner} on host ${holder.host} ` +
    `(pid ${holder.pid}, since ${holder.since}, renewed until ${until}): ${advice}`
  );
}
