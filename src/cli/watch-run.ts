import type { Connection } from "../cluster/connection";
import type { WorkflowObject } from "../cluster/objects";
import { tapctl } from "../common/command-text";
import { load } from "./load";
import { printLog, tell } from "./log-lines";

/** How a run on the cluster is watched from the keyboard. */
export interface WatchArgs {
  readonly pipeline: string;
  readonly workflow: string;
  /** Whether lines of a source are printed. Default: no log is read at all. */
  readonly wants?: (source: string) => boolean;
}

/**
 * Follows a run to its end; Ctrl-C leaves it, and the run goes on.
 *
 * @returns the Workflow as it ended; undefined where it was left.
 */
export async function watchRun(
  connection: Connection,
  { pipeline, workflow, wants }: WatchArgs,
): Promise<WorkflowObject | undefined> {
  const { followWorkflow } = load("../cluster/follow") as typeof import("../cluster/follow");
  const left = new AbortController();
  const leave = () => left.abort();
  process.on("SIGINT", leave).on("SIGTERM", leave);
  try {
    const ended = await followWorkflow(
      connection,
      workflow,
      { progress: tell, ...(wants && { line: printLog }) },
      { signal: left.signal, ...(wants && { wants }) },
    );
    if (ended === undefined) {
      tell(
        `${workflow} goes on. Follow it again: ${tapctl(`logs ${pipeline} -f`)}; stop it: ${tapctl(`cancel ${pipeline}`)}`,
      );
      process.exitCode = 130;
    }
    return ended;
  } finally {
    process.off("SIGINT", leave).off("SIGTERM", leave);
  }
}
