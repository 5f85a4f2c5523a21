import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Replication } from "../model/replication";
import type { RunSummary } from "../store/runs/run-summary";
import { startFollower, type Follower } from "./follower";

/** What is sent about a run in progress: its lineage, its trace and its metrics. */
export interface Reports {
  /**
   * Sends what is known at the end.
   *
   * @returns why something was not delivered, as far as it is known; empty if all was.
   */
  ended(
    summary: RunSummary,
    parts: readonly RunPart[],
    patience: "full" | "short",
  ): Promise<readonly string[]>;
}

/** A step of a run that the runner does not run. */
export interface RunPart {
  readonly name: string;
  /** RFC 3339 in UTC. */
  readonly started: string;
  readonly ended: string;
  readonly error?: string;
}

/** A step that ends now. */
export function endedPart(name: string, started: string, error?: string | null): RunPart {
  return { name, started, ended: new Date().toISOString(), ...(error && { error }) };
}

/** A run to report. */
export interface ReportsArgs {
  readonly entry: Replication;
  /** The summary that the run starts with. */
  readonly opening: RunSummary;
  /** Python that runs the runner. */
  readonly python: string;
  /** Folder with the results of the run's steps. */
  readonly results: string;
  /** Address of the object store, for the names of datasets. */
  readonly store: string;
}

/** A lineage backend that does not respond delays the end of a run by this time at most. */
const LINEAGE_MS = { full: 6000, short: 1000 } as const;

/** The same for a receiver of telemetry, which is then sent after the run. */
const TELEMETRY_MS = 40;

/**
 * Starts to report a run to OpenLineage and to OpenTelemetry, as far as the environment names where.
 *
 * For each, one process of the runner waits for the end, so that a run does not wait for a program
 * to start.
 */
export function startReports(args: ReportsArgs): Reports {
  const lineage = process.env["OPENLINEAGE_URL"] ? startLineage(args) : undefined;
  const telemetry = hasTelemetry(process.env)
    ? startFollower(args.python, { command: "telemetry" })
    : undefined;
  return {
    ended: async (summary, parts, patience) => {
      const end = { summary: facts(summary), results: resultsIn(args.results), parts };
      const undelivered = await Promise.all([
        lineage?.ended(
          { ...end, store: args.store },
          { name: "lineage", ms: LINEAGE_MS[patience], late: "kill" },
        ),
        telemetry?.ended(end, { name: "telemetry", ms: TELEMETRY_MS, late: "leave" }),
      ]);
      return undelivered.flatMap((problems) => problems ?? []);
    },
  };
}

/** Sends the event of the start at once. */
function startLineage({ entry, opening, python }: ReportsArgs): Follower {
  const { pipeline, run, started, window } = opening;
  return startFollower(python, {
    command: "lineage",
    pipeline,
    run,
    started,
    ...(entry.owner !== undefined && { owner: entry.owner }),
    ...(window && { window: `${window.from}/${window.to}` }),
    follow: true,
  });
}

function hasTelemetry(environment: NodeJS.ProcessEnv): boolean {
  return ["ENDPOINT", "TRACES_ENDPOINT", "METRICS_ENDPOINT"].some(
    (name) => environment[`OTEL_EXPORTER_OTLP_${name}`],
  );
}

/** The summary without states, which may be large. */
function facts(summary: RunSummary): object {
  return { ...summary, stateBefore: null, stateAfter: null };
}

function resultsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^result-.*\.json$/.test(name))
    .map((name) => join(folder, name));
}
