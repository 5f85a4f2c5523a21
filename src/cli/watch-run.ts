import type { Connection } from "../cluster/connection";
import type { WorkflowObject } from "../cluster/objects";
import type { Commands } from "../common/commands";
import { printLog, printNote } from "./log-lines";

/** How a run on the cluster is watched from a terminal. */
export interface WatchArgs {
  readonly pipeline: string;
  readonly workflow: string;
  /** Whether the lines of a source are printed. Default: no log is read. */
  readonly wants?: (source: string) => boolean;
}

/**
 * Follows a run to its end; Ctrl-C detaches without stopping the run.
 *
 * @returns the finished Workflow; undefined if the user detached.
 */
export async function watchRun(
  connection: Connection,
  { tapctl }: Commands,
  { pipeline, workflow, wants }: WatchArgs,
): Promise<WorkflowObject | undefined> {
  const { followWorkflow } = await import("../cluster/follow.js");
  const left = new AbortController();
  const leave = () => left.abort();
  process.on("SIGINT", leave).on("SIGTERM", leave);
  try {
    const ended = await followWorkflow(
      connection,
      workflow,
      { progress: printNote, ...(wants && { line: printLog }) },
      { signal: left.signal, ...(wants && { wants }) },
    );
    if (ended === undefined) {
      printNote(
        `${workflow} continues. Follow it with: ${tapctl(`logs ${pipeline} -f`)}\nStop it with: ${tapctl(`cancel ${pipeline}`)}`,
      );
      process.exitCode = 130;
    }
    return ended;
  } finally {
    process.off("SIGINT", leave).off("SIGTERM", leave);
  }
}
