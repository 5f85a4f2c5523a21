import type { RunStep } from "../cluster/run-steps";
import type { Commands } from "../common/commands";
import type { ObjectStore } from "../store/object-store";
import type { LogLine } from "../store/runs/logs";
import type { LivePipelines } from "./live";

/** A link in the footer of each page. */
export interface ConsoleLink {
  readonly name: string;
  readonly url: string;
}

/** A log that a page follows. */
export interface LogRequest {
  readonly pipeline: string;
  /** Id of the run. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: LogLine) => void;
  /** Called with progress of the run and with gaps in the log. */
  readonly onNote: (text: string) => void;
}

/** What the console shows: the runs in a store of this machine, or those of a cluster. */
export interface ConsoleSource {
  readonly live: LivePipelines;
  readonly store: ObjectStore;
  /** Location of the runs, as shown. */
  readonly place: string;
  readonly links: readonly ConsoleLink[];
  /** Commands in errors. */
  readonly commands: Commands;
  /** Reads a pipeline again, e.g. after a change. */
  readonly refresh: (pipeline: string) => Promise<void>;
  /** Steps of a run that are still known. */
  readonly steps: (pipeline: string, run: string) => Promise<readonly RunStep[]>;
  /** Reports the lines of a run's log until it ends. */
  readonly followLog: (request: LogRequest) => Promise<void>;
}
