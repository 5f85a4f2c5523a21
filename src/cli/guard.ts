import { UserError } from "../common/errors";
import { durationSeconds } from "../model/units";
import { leaseGuard, type StateTarget } from "../run/change-state";
import type { ObjectStore } from "../store/object-store";
import type { CliContext } from "./context";
import { printNote } from "./log-lines";

/**
 * Changes what is saved of a pipeline while no run is in progress: under the lease of a local
 * store, or Argo's lock on a cluster.
 *
 * @param wait longest wait for the current run on a cluster, e.g. `10m`.
 */
export async function withGuard<Result>(
  context: CliContext,
  store: ObjectStore,
  wait: string,
  work: (target: StateTarget) => Promise<Result>,
): Promise<Result> {
  const waitSeconds = durationSeconds(wait);
  if (waitSeconds === undefined)
    throw new UserError(`Invalid value for --wait: "${wait}".`, {
      fix: "Use a duration such as 90s or 10m.",
    });
  if (context.surroundings.on === "local") return work({ store, guard: leaseGuard(store) });
  const { holdGuard } = await import("../cluster/hold.js");
  const given = new AbortController();
  const giveUp = () => given.abort();
  process.on("SIGINT", giveUp).on("SIGTERM", giveUp);
  try {
    const guard = holdGuard(await context.connect(), {
      waitSeconds,
      signal: given.signal,
      onWait: (what) => printNote(`${what}; press Ctrl-C to give up`),
    });
    return await work({ store, guard });
  } finally {
    process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
  }
}
