import type { ObjectStore } from "../store/object-store";
import { writeSummary, type RunSummary } from "../store/runs/runs";
import type { RunnerEvent } from "./runner";

/** Records in the summary of a run in progress since when it has been silent. */
export interface Silence {
  /** Handles an event of the run. */
  look(event: RunnerEvent): void;
  /** Stops writing. */
  end(): Promise<void>;
}

/**
 * Tracks the silence of a run. Its summary `opening` is written again when a silence starts and
 * when it ends.
 */
export function trackSilence(store: ObjectStore, opening: RunSummary): Silence {
  let written: Promise<void> = Promise.resolve();
  let isSilent = false;
  let ended = false;
  const write = (summary: RunSummary) => {
    // A run must not fail because its status cannot be written.
    written = written
      .then(() => (ended ? undefined : writeSummary(store, summary)))
      .catch(() => undefined);
  };
  return {
    look(event) {
      const seconds =
        event.event === "progress" ? event.silent : event.event === "phase" ? undefined : null;
      if (seconds === null || (seconds !== undefined) === isSilent) return;
      isSilent = seconds !== undefined;
      write(
        seconds === undefined
          ? opening
          : { ...opening, silentSince: new Date(Date.now() - seconds * 1000).toISOString() },
      );
    },
    end() {
      ended = true;
      return written;
    },
  };
}
