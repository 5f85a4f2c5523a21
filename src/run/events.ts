import type { RunSummary } from "../store/runs/run-summary";
import type { EnvironmentProgress } from "./environments/environment";
import type { RunnerEvent } from "./runner";

/** An event of a run in progress. */
export type RunEvent =
  | ({ readonly event: "environment"; readonly pipeline: string } & EnvironmentProgress)
  | { readonly event: "started"; readonly pipeline: string; readonly run: string }
  | ({ readonly pipeline: string } & RunnerEvent)
  | {
      readonly event: "retry";
      readonly pipeline: string;
      readonly step: string;
      readonly attempt: number;
      readonly error: string;
      readonly seconds: number;
    }
  | {
      readonly event: "stopping";
      readonly pipeline: string;
      readonly reason: string;
      readonly atOnce: boolean;
    }
  | { readonly event: "follow-up"; readonly pipeline: string; readonly name: string }
  | { readonly event: "ended"; readonly pipeline: string; readonly summary: RunSummary };

/** Emits the events of one run; adds the name of the pipeline. */
export interface RunEvents {
  environment(progress: EnvironmentProgress): void;
  started(run: string): void;
  runner(event: RunnerEvent): void;
  retry(step: string, attempt: number, error: string, seconds: number): void;
  /**
   * A stop that the user did not request: the deadline has passed, the lease was lost, or the grace
   * period is over.
   */
  stopping(reason: string, atOnce: boolean): void;
  followUp(name: string): void;
  ended(summary: RunSummary): void;
}

/** Creates the events of one pipeline's run. */
export function runEvents(pipeline: string, listener: (event: RunEvent) => void): RunEvents {
  return {
    environment: (progress) => listener({ event: "environment", pipeline, ...progress }),
    started: (run) => listener({ event: "started", pipeline, run }),
    runner: (event) => listener({ pipeline, ...event }),
    retry: (step, attempt, error, seconds) =>
      listener({ event: "retry", pipeline, step, attempt, error, seconds }),
    stopping: (reason, atOnce) => listener({ event: "stopping", pipeline, reason, atOnce }),
    followUp: (name) => listener({ event: "follow-up", pipeline, name }),
    ended: (summary) => listener({ event: "ended", pipeline, summary }),
  };
}
