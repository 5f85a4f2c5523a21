import type { ObjectStore } from "../store/object-store";
import { writeSummary } from "../store/runs/runs";
import type { RunProgress, RunSummary } from "../store/runs/run-summary";
import type { RunnerEvent } from "./runner";

/** Keeps the summary of a run in progress up to date. */
export interface LiveSummary {
  /** Handles an event of the run. */
  look(event: RunnerEvent): void;
  /** Stops writing. */
  end(): Promise<void>;
}

/** Pause between two writes that only change figures. */
const PAUSE_MS = 1000;

/**
 * Writes the summary `opening` of a run again while the run moves data: with how far it is, at most
 * once a second, and with the start of a silence, at once.
 */
export function liveSummary(
  store: ObjectStore,
  opening: RunSummary,
  now: () => number = Date.now,
): LiveSummary {
  let written: Promise<void> = Promise.resolve();
  let ended = false;
  let silentSince: string | undefined;
  let progress: RunProgress | undefined;
  let last = now();
  const write = () => {
    last = now();
    const summary = {
      ...opening,
      ...(silentSince !== undefined && { silentSince }),
      ...(progress && { progress }),
    };
    // A run must not fail because its status cannot be written.
    written = written
      .then(() => (ended ? undefined : writeSummary(store, summary)))
      .catch(() => undefined);
  };
  return {
    look(event) {
      if (event.event === "log") return;
      const seconds = event.event === "progress" ? event.silent : undefined;
      const changed = (seconds !== undefined) !== (silentSince !== undefined);
      if (changed)
        silentSince =
          seconds === undefined ? undefined : new Date(now() - seconds * 1000).toISOString();
      const moved = event.event === "progress" && hasMoved(event, progress);
      if (moved && (changed || now() - last >= PAUSE_MS)) progress = progressOf(event, now());
      else if (!changed) return;
      write();
    },
    end() {
      ended = true;
      return written;
    },
  };
}

type Moved = Extract<RunnerEvent, { event: "progress" }>;

function hasMoved({ phase, bytes, records }: Moved, before: RunProgress | undefined): boolean {
  return phase !== before?.phase || bytes !== before.bytes || records !== before.records;
}

function progressOf({ phase, bytes, records, total }: Moved, now: number): RunProgress {
  return {
    phase,
    bytes,
    ...(records !== undefined && { records }),
    ...(total !== undefined && { total }),
    at: new Date(now).toISOString(),
  };
}
