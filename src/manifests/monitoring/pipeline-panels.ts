import { lines, pipelineTable, row, type Step } from "./panels";
import { RECORDED } from "./recorded";

const CHOSEN = `{pipeline=~"$pipeline"}`;
const { failuresInARow, interval, lastSuccess, records, state, duration } = RECORDED;
const late = `(time() - ${lastSuccess}${CHOSEN}) / (2 * (${interval}${CHOSEN} > 0))`;
const rising = (metric: string) =>
  `sum by (pipeline) (increase(argo_workflows_pipeline_${metric}${CHOSEN}[$__rate_interval]))`;

/**
 * The table of the chosen pipelines as they are now.
 *
 * @param failuresInRed number of consecutive failed runs that is shown in red.
 */
export function perPipeline(failuresInRed: number) {
  const failures: readonly Step[] = [
    { value: null, color: "text" },
    { value: 1, color: "yellow" },
    { value: failuresInRed, color: "red" },
  ];
  const lateness: readonly Step[] = [
    { value: null, color: "text" },
    { value: 1, color: "red" },
  ];
  const columns = [
    {
      name: "Failures in a row",
      expr: `${failuresInARow}${CHOSEN}`,
      unit: "short",
      steps: failures,
    },
    { name: "Late (of what is allowed)", expr: late, unit: "percentunit", steps: lateness },
    { name: "Since last success", expr: `time() - ${lastSuccess}${CHOSEN}`, unit: "s" },
    { name: "Age of state", expr: `time() - ${state}${CHOSEN}`, unit: "s" },
    { name: "Duration", expr: `${duration}${CHOSEN}`, unit: "s" },
    { name: "Records", expr: `${records}${CHOSEN}`, unit: "short" },
  ] as const;
  const queries = columns.map(({ expr }) => ({ expr, instant: true }));
  return [
    row("Each pipeline", 4),
    pipelineTable({
      title: "Now",
      description: "The worst first.",
      place: { x: 0, y: 5, w: 24, h: 10 },
      unit: "short",
      queries,
      columns,
    }),
  ];
}

/** How the chosen pipelines developed. */
export function history() {
  const place = (x: number, y: number) => ({ x, y, w: 12, h: 8 });
  const series = "{{pipeline}}";
  const failed = `sum by (pipeline, status) (increase(argo_workflows_pipeline_runs_total{pipeline=~"$pipeline", status!="Succeeded"}[$__rate_interval]))`;
  return [
    row("Over time", 15),
    lines({
      title: "Failed runs",
      description: "By how they ended.",
      place: place(0, 16),
      unit: "short",
      queries: [{ expr: failed, legend: "{{pipeline}} {{status}}" }],
    }),
    lines({
      title: "Records of a run",
      description: "Of the newest one.",
      place: place(12, 16),
      unit: "short",
      queries: [{ expr: `${records}${CHOSEN}`, legend: series }],
    }),
    lines({
      title: "Duration of a run",
      description: "Of the newest one.",
      place: place(0, 24),
      unit: "s",
      queries: [{ expr: `${duration}${CHOSEN}`, legend: series }],
    }),
    lines({
      title: "Bytes from taps",
      description: "In each step of the graph.",
      place: place(12, 24),
      unit: "bytes",
      queries: [{ expr: rising("bytes_total"), legend: series }],
    }),
    lines({
      title: "Age of state",
      description:
        "Time since the newest date of the stream that is furthest behind in the saved state, where it holds one.",
      place: place(0, 32),
      unit: "s",
      queries: [{ expr: `time() - ${state}${CHOSEN}`, legend: series }],
    }),
    lines({
      title: "Tries after the first",
      description: "Steps that were retried, in runs that reached their commit.",
      place: place(12, 32),
      unit: "short",
      queries: [{ expr: rising("retries_total"), legend: series }],
    }),
    lines({
      title: "Left out",
      description:
        "Lines and streams of taps that were not loaded, or were changed. The runs of a pipeline (tapctl runs) list them.",
      place: place(0, 40),
      unit: "short",
      queries: [{ expr: rising("left_out_total"), legend: series }],
    }),
    lines({
      title: "Schema changes",
      description: "Changes of schemas that runs found: tapctl schema shows them.",
      place: place(12, 40),
      unit: "short",
      queries: [{ expr: rising("schema_changes_total"), legend: series }],
    }),
  ];
}
