import { reportPipeline, type ReportPipeline } from "../report/data";
import type { PipelineEntry } from "../model/define";
import type { PipelineFacts } from "../status/facts";
import { compareStatus, pipelineStatus } from "../status/pipeline-status";
import type { RunSummary } from "../store/runs/run-summary";
import { measureRates, type Rates } from "./rates";

/** A pipeline as it was last read. */
export interface Reading {
  readonly facts: PipelineFacts;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Description, owner and connectors of a pipeline that is not in the array. */
  readonly about?: Partial<Pick<ReportPipeline, "description" | "owner" | "connectors">>;
}

/** The pipelines as they were last read; sources write it, pages read it. */
export interface LivePipelines {
  readonly rates: Rates;
  set(reading: Reading): void;
  remove(name: string): void;
  /** Removes all pipelines but these. */
  keep(names: ReadonlySet<string>): void;
  /** All pipelines, problems first. Ages are up to a few seconds old. */
  all(now: Date): readonly ReportPipeline[];
  /** One pipeline with current ages. */
  get(name: string, now: Date): ReportPipeline | undefined;
  /** Shows a note on every page, e.g. why something cannot be read. Default: none. */
  note: string | undefined;
  /** Reports changes to listeners. */
  changed(): void;
  /** Calls a listener after each change; returns a function that removes it. */
  onChange(listener: () => void): () => void;
  /** Whether a page is open. */
  readonly isWatched: boolean;
}

/** Computing a status, which includes the next runs of a schedule, is repeated after this time. */
const STALE_MS = 5000;

interface Computed {
  readonly pipeline: ReportPipeline;
  readonly at: number;
}

/** Creates an empty collection. */
export function livePipelines(entries: readonly PipelineEntry[]): LivePipelines {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const readings = new Map<string, Reading>();
  const computed = new Map<string, Computed>();
  const listeners = new Set<() => void>();
  const compute = ({ facts, runs, about }: Reading, now: Date): ReportPipeline => ({
    ...reportPipeline(pipelineStatus(facts, now), byName.get(facts.name), runs),
    ...about,
  });
  const recent = (name: string, reading: Reading, now: Date): ReportPipeline => {
    const known = computed.get(name);
    if (known !== undefined && now.getTime() - known.at < STALE_MS) return known.pipeline;
    const pipeline = compute(reading, now);
    computed.set(name, { pipeline, at: now.getTime() });
    return pipeline;
  };
  const remove = (name: string): void => {
    readings.delete(name);
    computed.delete(name);
  };
  return {
    rates: measureRates(),
    note: undefined,
    set(reading) {
      readings.set(reading.facts.name, reading);
      computed.delete(reading.facts.name);
    },
    remove,
    keep: (names) =>
      [...readings.keys()].forEach((name) => {
        if (!names.has(name)) remove(name);
      }),
    all: (now) =>
      [...readings]
        .map(([name, reading]) => recent(name, reading, now))
        .sort((a, b) => compareStatus(a.status, b.status)),
    get(name, now) {
      const reading = readings.get(name);
      return reading && compute(reading, now);
    },
    changed: () => listeners.forEach((listener) => listener()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get isWatched() {
      return listeners.size > 0;
    },
  };
}
