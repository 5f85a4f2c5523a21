import type { Dashboard, VariableModel } from "@grafana/schema";
import { MANAGED } from "../namespace-labels";
import { DATASOURCE, lines, pipelineTable, row, stat, type Step } from "./panels";
import { RECORDED } from "./recorded";
import { CONTROLLER_JOB, STORE_JOB } from "./scrape";

/** Options of the dashboard. */
export interface DashboardOptions {
  /** Number of consecutive failed runs that is shown in red. */
  readonly failuresInARow: number;
  /** Minimum free space of the store, in percent. */
  readonly freeSpacePercent: number;
  /** Whether the stack runs MinIO. */
  readonly minio: boolean;
}

/** Namespace of the dashboard's ConfigMap and folder in Grafana. */
export interface DashboardPlace {
  readonly namespace: string;
  /** Default: the default folder of Grafana's sidecar. */
  readonly grafanaFolder?: string;
}

const CHOSEN = `{pipeline=~"$pipeline"}`;
const { failuresInARow, interval, lastSuccess, records, state, duration, known } = RECORDED;
const late = `(time() - ${lastSuccess}${CHOSEN}) / (2 * (${interval}${CHOSEN} > 0))`;
const rising = (metric: string) =>
  `sum by (pipeline) (increase(argo_workflows_pipeline_${metric}${CHOSEN}[$__rate_interval]))`;

/** The dashboard. A variable selects pipelines, so it does not depend on the array. */
export function dashboard(options: DashboardOptions): Dashboard {
  return {
    uid: "tapctl-pipelines",
    title: "Pipelines",
    description: "Runs, records, lateness and state of every pipeline, and what they run on.",
    tags: ["tapctl"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: "1m",
    time: { from: "now-7d", to: "now" },
    timezone: "browser",
    templating: { list: variables() },
    panels: [
      ...overview(options),
      ...perPipeline(options),
      ...history(),
      ...(options.minio ? store(options) : []),
    ],
  };
}

/** The dashboard as a ConfigMap with the label that Grafana's sidecar looks for. */
export function dashboardConfigMap(
  options: DashboardOptions,
  { namespace, grafanaFolder }: DashboardPlace,
) {
  return {
    metadata: {
      name: "tapctl-dashboard",
      namespace,
      labels: { ...MANAGED, grafana_dashboard: "1" },
      ...(grafanaFolder !== undefined && { annotations: { grafana_folder: grafanaFolder } }),
    },
    data: { "tapctl-pipelines.json": JSON.stringify(dashboard(options), null, 2) },
  };
}

function variables(): VariableModel[] {
  return [
    { type: "datasource", name: "datasource", label: "Prometheus", query: "prometheus" },
    {
      type: "query",
      name: "pipeline",
      label: "Pipeline",
      datasource: DATASOURCE,
      query: { query: `label_values(${known}, pipeline)`, refId: "pipelines" },
      refresh: 2,
      multi: true,
      includeAll: true,
      allValue: ".*",
      current: { selected: true, text: "All", value: "$__all" },
    },
  ];
}

function overview(options: DashboardOptions) {
  const wrong: readonly Step[] = [
    { value: null, color: "green" },
    { value: 1, color: "red" },
  ];
  const place = (x: number) => ({ x, y: 0, w: 6, h: 4 });
  return [
    stat({
      title: "Pipelines",
      description: "Reported by the controller within the last 7 days.",
      place: place(0),
      unit: "short",
      queries: [{ expr: `count(${known}) or vector(0)`, instant: true }],
    }),
    stat({
      title: "Failing",
      description: `With at least ${options.failuresInARow} failures in a row.`,
      place: place(6),
      unit: "short",
      steps: wrong,
      queries: [
        {
          expr: `count(${failuresInARow} >= ${options.failuresInARow}) or vector(0)`,
          instant: true,
        },
      ],
    }),
    stat({
      title: "Late",
      description: "By more than their own interval.",
      place: place(12),
      unit: "short",
      steps: wrong,
      queries: [
        {
          expr: `count((time() - ${lastSuccess}) > 2 * (${interval} > 0)) or vector(0)`,
          instant: true,
        },
      ],
    }),
    stat({
      title: "Controller",
      description: "1 while it answers.",
      place: place(18),
      unit: "short",
      steps: [
        { value: null, color: "red" },
        { value: 1, color: "green" },
      ],
      queries: [{ expr: `max(up{job="${CONTROLLER_JOB}"}) or vector(0)`, instant: true }],
    }),
  ];
}

function perPipeline(options: DashboardOptions) {
  const failures: readonly Step[] = [
    { value: null, color: "text" },
    { value: 1, color: "yellow" },
    { value: options.failuresInARow, color: "red" },
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

function history() {
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
        "Lines and streams of taps that were not loaded, or not as they came: tapctl runs tells which.",
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

function store({ freeSpacePercent }: DashboardOptions) {
  const free = `min by (job) (minio_cluster_capacity_usable_free_bytes{job="${STORE_JOB}"})`;
  const total = `min by (job) (minio_cluster_capacity_usable_total_bytes{job="${STORE_JOB}"})`;
  const steps: readonly Step[] = [
    { value: null, color: "red" },
    { value: freeSpacePercent / 100, color: "green" },
  ];
  return [
    row("Object store", 48),
    stat({
      title: "Free",
      description: `An alert comes below ${freeSpacePercent} %.`,
      place: { x: 0, y: 49, w: 6, h: 8 },
      unit: "percentunit",
      steps,
      queries: [{ expr: `${free} / ${total}`, instant: true }],
    }),
    lines({
      title: "Space",
      description: "Of MinIO.",
      place: { x: 6, y: 49, w: 18, h: 8 },
      unit: "bytes",
      queries: [
        { expr: free, legend: "free" },
        { expr: total, legend: "total" },
      ],
    }),
  ];
}
