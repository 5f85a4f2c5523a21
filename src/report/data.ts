import { isReplication, type PipelineEntry } from "../model/define";
import type { PipelineFacts } from "../status/facts";
import { statusOf, type PipelineStatus } from "../status/pipeline-status";
import type { RunSummary } from "../store/runs/runs";

/** What a report shows: plain data, wherever the pipelines run. */
export interface ReportData {
  /** Version of this form. */
  readonly version: 1;
  /** When it was made, RFC 3339 in UTC; every age counts from here. */
  readonly generated: string;
  /** Where the runs are kept, such as a folder or a bucket of a cluster. */
  readonly store: string;
  /** The pipelines, those first that need somebody. */
  readonly pipelines: readonly ReportPipeline[];
}

/** A pipeline with its runs. */
export interface ReportPipeline {
  /** How it is, as in `tapctl status`. */
  readonly status: PipelineStatus;
  /** What it is; null where the entry does not say, or is not in the array. */
  readonly description: string | null;
  /** Whom to ask; null as for `description`. */
  readonly owner: string | null;
  /** Tap and target, or a job's image; null where it is not in the array. */
  readonly connectors: string | null;
  /** Its runs, newest first. */
  readonly runs: readonly RunSummary[];
}

/** What a report is made of. */
export interface ReportArgs {
  /** The array. */
  readonly entries: readonly PipelineEntry[];
  /** What is known of each pipeline. */
  readonly facts: readonly PipelineFacts[];
  /** Runs by pipeline, newest first. */
  readonly runs: ReadonlyMap<string, readonly RunSummary[]>;
  /** Where they are kept. */
  readonly store: string;
  /** The moment that ages count from. */
  readonly now: Date;
}

/** The report of some pipelines at a moment. */
export function reportData({ entries, facts, runs, store, now }: ReportArgs): ReportData {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const pipelines = statusOf(facts, now).map((status) =>
    reportPipeline(status, byName.get(status.name), runs.get(status.name) ?? []),
  );
  return { version: 1, generated: now.toISOString(), store, pipelines };
}

function reportPipeline(
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
