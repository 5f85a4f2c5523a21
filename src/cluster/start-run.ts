import type { ObjectStore } from "../store/object-store";
import type { Connection } from "./connection";
import { startParameters, type StartFrom } from "./requests";
import { runIdOf } from "./run-id";
import { submit } from "./submit";

/** How a manual run starts. */
export interface StartOptions {
  readonly from: StartFrom;
  /** Loads streams whose schema has changed despite the pipeline's policy. Default: false. */
  readonly acceptSchema?: boolean;
}

/** A run that was started. */
export interface StartedRun {
  readonly pipeline: string;
  /** Id of the run. */
  readonly run: string;
  readonly workflow: string;
}

/** Starts a manual run on the cluster; it waits for the current one. */
export async function startRun(
  connection: Connection,
  openStore: () => Promise<ObjectStore>,
  pipeline: string,
  { from, acceptSchema }: StartOptions,
): Promise<StartedRun> {
  const parameters = {
    ...(await startParameters(openStore, pipeline, from)),
    ...(acceptSchema && { acceptSchema: "true" }),
  };
  const { metadata } = await submit(connection, pipeline, { trigger: "manual", parameters });
  return { pipeline, run: runIdOf(metadata), workflow: metadata.name };
}
