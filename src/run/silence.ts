import type { ObjectStore } from "../store/object-store";
import { writeSummary, type RunSummary } from "../store/runs/runs";
import type { RunnerEvent } from "./runner";

/** Keeps in the summary of a run that is in progress since when nothing has moved in it. */
export interface Silence {
  /** Takes in what the runner reports. */
  look(event: RunnerEvent): void;
  /** Writes nothing more. */
  end(): Promise<void>;
}

/** A silence of a run that has the summary `opening`, which is written again when a silence begins and when it ends. */
export function trackSilence(store: ObjectStore, opening: RunSummary): Silence {
  let written: Promise<void> = Promise.resolve();
  let isSilent = false;
  let ended = false;
  const write = (summary: RunSummary) => {
    // What a status shows is not worth failing a run for.
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
