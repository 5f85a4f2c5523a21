import type { Commands } from "../common/commands";
import type { PipelineEntry } from "../model/define";
import { followStoredLogs } from "../store/runs/follow-logs";
import type { ObjectStore } from "../store/object-store";
import { livePipelines } from "./live";
import { readLocalPipelines } from "./local-source";
import type { ConsoleSource } from "./source";

/** What the console of a local store shows. */
export interface LocalConsoleArgs {
  readonly store: ObjectStore;
  readonly entries: readonly PipelineEntry[];
  readonly commands: Commands;
  readonly signal: AbortSignal;
}

/** The runs in a store of this machine. @throws UserError if it cannot be read. */
export async function localConsole({
  store,
  entries,
  commands,
  signal,
}: LocalConsoleArgs): Promise<ConsoleSource> {
  const live = livePipelines(entries);
  const { refresh } = await readLocalPipelines(live, store, entries, signal);
  return {
    live,
    store,
    place: store.url,
    links: [],
    commands,
    refresh,
    steps: () => Promise.resolve([]),
    followLog: ({ pipeline, run, onLine, signal: left }) =>
      followStoredLogs(store, pipeline, run, ["tap", "target"], onLine, left),
  };
}
