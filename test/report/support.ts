import { reportData, type ReportData } from "../../src/report/data";
import { failuresOf, type LastRun, type PipelineFacts } from "../../src/status/facts";
import type { RunStatus, RunSummary } from "../../src/store/runs/run-summary";
import { random } from "../support/random";
import { toJsonText } from "../../src/common/json";
import type { Reading } from "../../src/ui/live";

/** The time of sample reports. */
export const NOW = new Date("2026-11-25T12:07:00Z");

const MINUTE_MS = 60_000;

/**
 * A sample pipeline: how many minutes lie between its runs, and how each ended, the newest last.
 */
export interface SamplePipeline {
  readonly name: string;
  /** Minutes from one run to the next; a schedule of the same. */
  readonly every: number;
  /** A letter a run: s succeeded, f failed, i interrupted, r running. */
  readonly runs: string;
  /** Records of a usual run. */
  readonly records: number;
  /** Seconds of a usual run. */
  readonly seconds: number;
  /** Minutes since the start of the newest run. */
  readonly ago: number;
  readonly suspended?: boolean;
  readonly error?: string;
}

const STATUS: { readonly [letter: string]: RunStatus } = {
  s: "succeeded",
  f: "failed",
  i: "interrupted",
  r: "running",
};

/**
 * Pipelines as a shop has them: two that fail, one that is late, one that runs, one that is
 * suspended, one that is new.
 */
export const SHOP: readonly SamplePipeline[] = [
  {
    name: "orders-to-warehouse",
    every: 15,
    runs: "sssssssssfsssssssfff",
    records: 4200,
    seconds: 48,
    ago: 7,
    error: 'target-postgres: column "discount" of relation "orders" does not exist',
  },
  {
    name: "ad-spend",
    every: 360,
    runs: "sssssfssssssssssssssf".slice(1),
    records: 930,
    seconds: 130,
    ago: 7,
    error: "tap-rest-api-msdk: 429 Too Many Requests after 5 tries",
  },
  {
    name: "inventory",
    every: 60,
    runs: "ssssssssssssssssssss",
    records: 18_400,
    seconds: 210,
    ago: 187,
  },
  {
    name: "clickstream",
    every: 60,
    runs: "sssssssissssssssssr",
    records: 1_240_000,
    seconds: 1180,
    ago: 7,
  },
  { name: "customers", every: 60, runs: "ssssssssssssssssssss", records: 310, seconds: 21, ago: 7 },
  {
    name: "exchange-rates",
    every: 1440,
    runs: "ssssssssssssss",
    records: 31,
    seconds: 6,
    ago: 247,
  },
  { name: "payments", every: 30, runs: "ssssfsssssssssssssss", records: 2100, seconds: 33, ago: 7 },
  {
    name: "product-catalog",
    every: 1440,
    runs: "sssssssssssssssss",
    records: 52_000,
    seconds: 340,
    ago: 247,
  },
  { name: "returns", every: 120, runs: "", records: 0, seconds: 0, ago: 0 },
  {
    name: "support-tickets",
    every: 60,
    runs: "ssssssss",
    records: 77,
    seconds: 15,
    ago: 3000,
    suspended: true,
  },
];

/** A report of sample pipelines: the same each time. */
export function sampleReport(pipelines: readonly SamplePipeline[] = SHOP): ReportData {
  const readings = sampleReadings(pipelines);
  return reportData({
    entries: [],
    facts: readings.map(({ facts }) => facts),
    runs: new Map(readings.map(({ facts, runs }) => [facts.name, runs])),
    store: 's3://singer of the cluster "prod"',
    now: NOW,
  });
}

/** Facts and runs of sample pipelines: the same each time. */
export function sampleReadings(pipelines: readonly SamplePipeline[] = SHOP): readonly Reading[] {
  return pipelines.map((pipeline, index) => {
    const runs = sampleRuns(pipeline, random(index + 1));
    return { facts: factsOf(pipeline, runs), runs };
  });
}

function factsOf(
  { name, every, suspended }: SamplePipeline,
  runs: readonly RunSummary[],
): PipelineFacts {
  const schedules =
    every < 60
      ? [`*/${every} * * * *`]
      : every === 1440
        ? ["0 8 * * *"]
        : [`0 */${every / 60} * * *`];
  const last = runs.find(({ status }) => status !== "running");
  const since = new Date(
    NOW.getTime() - (runs.length === 0 ? 5 : 90 * 24 * 60) * MINUTE_MS,
  ).toISOString();
  return {
    name,
    where: "both",
    schedules,
    timezone: "UTC",
    invalid: null,
    suspended: suspended ?? false,
    since,
    runs,
    last: last === undefined ? null : lastRun(last, runs),
    failures: failuresOf(runs),
  };
}

function lastRun(
  { run, status, started, seconds, records, bytes, error }: RunSummary,
  runs: readonly RunSummary[],
): LastRun {
  return {
    run,
    status,
    started,
    seconds,
    records,
    bytes,
    leftOut: [],
    uncountedFiles: 0,
    state: runs.find(({ stateCommitted }) => stateCommitted)?.stateAfter ?? null,
    error,
  };
}

function sampleRuns(pipeline: SamplePipeline, next: () => number): readonly RunSummary[] {
  return [...pipeline.runs].reverse().map((letter, index) => {
    const started = new Date(NOW.getTime() - (pipeline.ago + index * pipeline.every) * MINUTE_MS);
    const status = STATUS[letter] ?? "succeeded";
    const good = status === "succeeded";
    const seconds =
      status === "running"
        ? null
        : Math.round(pipeline.seconds * (good ? 0.6 + next() : 0.2 + 0.3 * next()) * 10) / 10;
    const records = good ? Math.round(pipeline.records * (0.4 + 1.2 * next())) : 0;
    return sampleRun({
      pipeline: pipeline.name,
      started: started.toISOString().replace(".000Z", "Z"),
      status,
      seconds,
      records,
      error: status === "failed" ? (pipeline.error ?? "tap-postgres: connection refused") : null,
      seed: index,
    });
  });
}

/** A run's summary. */
export function sampleRun({
  pipeline,
  started,
  status,
  seconds,
  records,
  error,
  seed,
}: Pick<RunSummary, "pipeline" | "started" | "status" | "seconds" | "records" | "error"> & {
  readonly seed: number;
}): RunSummary {
  const day = started.slice(0, 10);
  return {
    version: 1,
    pipeline,
    run: `${started.replaceAll(/[-:]/g, "")}-${seed.toString(16).padStart(6, "0")}`,
    mode: "artifact",
    trigger: "schedule",
    started,
    ended: seconds === null ? null : new Date(Date.parse(started) + seconds * 1000).toISOString(),
    seconds,
    status,
    code: status === "succeeded" ? 0 : status === "running" ? null : 11,
    error,
    warnings: [],
    attempts: { extract: 1, load: status === "failed" ? 3 : 1 },
    streams: [{ stream: pipeline, records }],
    records,
    bytes: records * 214,
    badLines: 0,
    tap: { name: "tap-postgres", version: "0.5.0" },
    target: { name: "target-postgres", version: "0.6.0" },
    stateBefore: null,
    stateAfter: toJsonText({
      bookmarks: {
        [pipeline]: {
          replication_key: "updated_at",
          replication_key_value: `${day}T${started.slice(11, 16)}:00Z`,
        },
      },
    }),
    stateCommitted: status === "succeeded",
    outputs: [],
    host: "worker-1",
  };
}
