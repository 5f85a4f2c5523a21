import { isReplication, type PipelineEntry } from "../model/define";
import type { PipelineFacts } from "../status/facts";
import { statusOf, type PipelineStatus } from "../status/pipeline-status";
import type { RunSummary } from "../store/runs/run-summary";

/** The data of a report, for local and cluster runs. */
export interface ReportData {
  /** Format version. */
  readonly version: 1;
  /** Creation time, RFC 3339 in UTC; ages are relative to it. */
  readonly generated: string;
  /** Location of the runs, e.g. a folder or a cluster's bucket. */
  readonly store: string;
  /** The pipelines, problems first. */
  readonly pipelines: readonly ReportPipeline[];
}

/** A pipeline with its runs. */
export interface ReportPipeline {
  /** Status, as in `tapctl status`. */
  readonly status: PipelineStatus;
  /** Description; null if the entry has none or is not in the array. */
  readonly description: string | null;
  /** Owner; null as for `description`. */
  readonly owner: string | null;
  /** Tap and target, or a job's image; null if it is not in the array. */
  readonly connectors: string | null;
  /** Its runs, newest first. */
  readonly runs: readonly RunSummary[];
}

/** Input of a report. */
export interface ReportArgs {
  /** The array. */
  readonly entries: readonly PipelineEntry[];
  /** Facts about each pipeline. */
  readonly facts: readonly PipelineFacts[];
  /** Runs by pipeline, newest first. */
  readonly runs: ReadonlyMap<string, readonly RunSummary[]>;
  /** Location of the runs. */
  readonly store: string;
  /** Time that ages are relative to. */
  readonly now: Date;
}

/** Builds the report data. */
export function reportData({ entries, facts, runs, store, now }: ReportArgs): ReportData {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const pipelines = statusOf(facts, now).map((status) =>
    reportPipeline(status, byName.get(status.name), runs.get(status.name) ?? []),
  );
  return { version: 1, generated: now.toISOString(), store, pipelines };
}

/** A pipeline of a report; without an entry if it is not in the array. */
export function reportPipeline(
  status: PipelineStatus,
  entry: PipelineEntry | undefined,
  runs: readonly RunSummary[],
): ReportPipeline {
  return {
    status,
    description: entry?.description ?? null,
    owner: entry?.owner ?? null,
    connectors: entry === undefined ? null : connectorsOf(entry),
    runs,
  };
}

function connectorsOf(entry: PipelineEntry): string {
  return isReplication(entry)
    ? `${entry.tap.connector.name} to ${entry.target.connector.name}`
    : entry.image;
}
