import { hostname } from "node:os";
import { UserError } from "../common/errors";
import { bootId } from "../common/processes";
import { currentHolder } from "../store/lease/lease";
import type { ObjectStore } from "../store/object-store";

/**
 * Stops a run of this machine like Ctrl-C: what was extracted is loaded, and the state is saved.
 *
 * @param wanted id of the run; undefined for the run in progress
 * @returns the run, named like the result on a cluster.
 * @throws UserError if it is not in progress, or runs on another machine.
 */
export async function cancelLocalRun(
  store: ObjectStore,
  pipeline: string,
  wanted: string | undefined,
): Promise<{ readonly workflow: string; readonly how: "stopping" }> {
  const holder = await currentHolder(store, pipeline);
  if (holder === undefined || (wanted !== undefined && holder.run !== wanted))
    throw new UserError(
      `"${pipeline}" has no run ${wanted === undefined ? "" : `${wanted} `}in progress.`,
      { fix: ({ tapctl }) => `List its runs with: ${tapctl(`runs ${pipeline}`)}` },
    );
  if (holder.host !== hostname() || holder.boot !== bootId())
    throw new UserError(
      `Run ${holder.run} of "${pipeline}" is running on another machine: host ${holder.host}, process ${holder.pid}.`,
      { fix: "Cancel it there." },
    );
  process.kill(holder.pid, "SIGINT");
  return { workflow: holder.run, how: "stopping" };
}
