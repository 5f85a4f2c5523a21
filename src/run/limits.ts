import { DEFAULTS } from "../model/defaults";
import type { Replication } from "../model/replication";
import { requireSeconds } from "../model/units";
import type { Lease } from "../store/lease/lease";
import type { RunEvents } from "./events";
import { GRACE_SECONDS, type Stop } from "./stop";

/** The run whose limits are watched. */
export interface LimitedRun {
  readonly context: { readonly stop: Stop };
  readonly entry: Replication;
  readonly events: RunEvents;
  readonly lease: Lease;
}

/** Longest delay of a timer; a longer one fires immediately. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Stops the run at its deadline, immediately when the lease is lost, because another run may hold
 * it by then, and when the grace period of a stop is over.
 *
 * @returns a function that ends the watch
 */
export function watchLimits({ context, entry, events, lease }: LimitedRun): () => void {
  const { stop } = context;
  const deadline = entry.deadline ?? DEFAULTS.deadline;
  const pastDeadline = `the deadline of ${deadline} has passed`;
  const timer = setTimeout(
    () => requestStop(pastDeadline),
    Math.min(requireSeconds(deadline) * 1000, LONGEST_MS),
  );
  let overtime: NodeJS.Timeout | undefined;
  const limit = () =>
    (overtime ??= setTimeout(
      () => stop.count < 2 && requestStop(`it has not ended within ${GRACE_SECONDS} s`),
      GRACE_SECONDS * 1000,
    ));
  const requestStop = (reason: string) => {
    stop.request(reason);
    events.stopping(reason, stop.count > 1);
  };
  const forgetStop = stop.onRequest(limit);
  if (stop.count > 0) limit();
  const forgetLease = lease.onLost((error) => {
    stop.request(error.problem);
    requestStop(error.problem);
  });
  return () => {
    clearTimeout(timer);
    clearTimeout(overtime);
    forgetStop();
    forgetLease();
  };
}
